package app

import (
	"context"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
)

// Words implements reporting.Reports. It returns the words of the lead on a report as HTML
// that is safe on a page and in a mail. Links lead to documents of the repository, also
// when those have moved, and to pages of the portal; base is put in front of each.
func (x reportsOf) Words(ctx context.Context, r reports.Report, base string) ([]byte, error) {
	return x.a.words(ctx, r, base)
}

// words renders the words of a report. It returns nil without any. Links that lead
// nowhere are marked as missing. An error is one of the renderer or the database.
func (a *App) words(ctx context.Context, r reports.Report, base string) ([]byte, error) {
	if r.Words == "" {
		return nil, nil
	}
	body, _, err := a.renderer.RenderBody(ctx, postmortems.BodyInput{
		Path: "reports/words/" + r.Name + "/" + r.Period + ".md", Markdown: []byte(r.Words), FirstLine: 1,
	})
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(err), "app.words", "the lead's words cannot be rendered", err)
	}
	var failed error
	html := body.FillLinks(func(i int) string {
		address, err := a.addressOf(ctx, body.Links[i])
		if err != nil {
			failed = err
		}
		if address == "" {
			return ""
		}
		return base + address
	})
	return html, failed
}

// addressOf returns the address inside the portal that a link leads to; "" when it
// leads nowhere. The candidates are tried in order: a document's stable address, a
// file, a redirect of a moved document.
func (a *App) addressOf(ctx context.Context, l postmortems.Link) (string, error) {
	for _, path := range l.Candidates {
		found, err := a.library.Lookup(ctx, "/"+strings.TrimSuffix(path, ".md"))
		switch {
		case fault.KindOf(err) == fault.NotFound:
			continue
		case err != nil:
			return "", err
		case found.Record != nil:
			return "/p/" + url.PathEscape(found.Record.ID), nil
		case found.File != nil:
			return (&url.URL{Path: "/" + found.File.Path}).EscapedPath(), nil
		case found.Redirect != "":
			return found.Redirect, nil
		}
	}
	if pageOfPortal(l.Raw) {
		return l.Raw, nil // /incidents/INC-7
	}
	return "", nil
}

// pageOfPortal reports whether a link is an address of this portal and not of another
// site, since browsers read a backslash as a slash, and two slashes begin the name of a
// host.
func pageOfPortal(raw string) bool {
	return strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") && !strings.Contains(raw, `\`)
}
