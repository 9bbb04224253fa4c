package webtest

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
)

// Kit returns a kit at http://kb.example over fakes, for the tests of one handler.
// Everyone may read. Requests have a fixed id and the clock is Now, so that pages have
// the same bytes in each run.
func Kit(t testing.TB) *page.Kit {
	t.Helper()
	k, err := page.New(page.Deps{Texts: Texts(t), Templates: Templates(t), Auth: &Auth{}, Search: &Search{},
		NewID: func() string { return "request-0000001" }}, page.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "kb.example"}, OpenReading: true, Version: "v1.2.3",
		ClientIP: func(r *http.Request) string { return strings.Split(r.RemoteAddr, ":")[0] },
		Log:      slog.New(slog.DiscardHandler), Now: func() time.Time { return Now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Mount serves the routes of one handler without a router: the first row that matches a
// request answers it. It admits requests as the portal does, but ignores the rows of
// other handlers and the order of the router: rows must not overlap.
func Mount(k *page.Kit, rows []page.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := k.NewRequest(w, r)
		req.Path = r.URL.Path
		err := page.NotFound()
		for i := range rows {
			parts, ok := match(rows[i].Path, r.URL.Path)
			if !ok || rows[i].Method != r.Method {
				continue
			}
			req.SetParams(parts)
			if err = k.Admit(req, &rows[i]); err == nil {
				err = rows[i].Serve(req)
			}
			break
		}
		if err != nil {
			k.Fail(req, err)
		}
	})
}

// parts are the named parts of a path. A handler reads them through page.Params.
type parts map[string]string

// Param implements page.Params.
func (p parts) Param(name string) string { return p[name] }

// match compares a path with a pattern, segment by segment. A star at the end matches the
// rest of the path, which may be empty but for its slash. It returns the named parts. It
// does not decode percent escapes, and a pattern without a star must have as many
// segments as the path.
func match(pattern, path string) (parts, bool) {
	named, is := parts{}, strings.Split(path, "/")
	want := strings.Split(pattern, "/")
	for i, segment := range want {
		switch {
		case segment == "*":
			named["*"] = strings.Join(is[min(i, len(is)):], "/")
			return named, i < len(is)
		case i >= len(is):
			return nil, false
		case strings.HasPrefix(segment, ":"):
			named[segment[1:]] = is[i]
		case segment != is[i]:
			return nil, false
		}
	}
	return named, len(is) == len(want)
}

// Texts returns the printer of the texts in English. It stops the test if the catalogue
// cannot be loaded.
func Texts(t testing.TB) *messages.Printer {
	texts, _ := shared(t)
	return texts
}

// Templates returns the templates with the texts in English, parsed once for all tests of
// a package. They are safe for parallel tests, as they are not changed.
func Templates(t testing.TB) *page.Templates {
	_, templates := shared(t)
	return templates
}

// parsed holds what all tests of a package share: parsing takes longer than most tests.
var parsed = sync.OnceValues(func() (*page.Templates, error) {
	c, err := messages.New()
	if err != nil {
		return nil, err
	}
	templates, err := page.ParseTemplates(c.Printer("en"))
	return &templates, err
})

// english loads the catalogue once.
var english = sync.OnceValues(messages.New)

// shared returns the texts and the templates, loaded once. It stops the test if either
// cannot be loaded.
func shared(t testing.TB) (*messages.Printer, *page.Templates) {
	t.Helper()
	c, err := english()
	if err != nil {
		t.Fatal(err)
	}
	templates, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en"), templates
}
