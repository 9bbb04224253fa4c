package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"

	"github.com/postern/postern/portal/api"
	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/metrics"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/markdown"
	"github.com/postern/postern/reports/definition"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/slo/openslo"
	"github.com/postern/postern/search/synonyms"
)

// openWeb connects the pages and the API with the parts that they read and write. It
// needs the portal's address, and the listener to know whether only this machine can
// connect.
func (a *App) openWeb() error {
	c := a.opt.Config
	apiHandler, err := api.New(api.Deps{Library: a.library, Search: a.index, Suggest: a.suggest, Queries: a.queries, Board: a.sloStatus,
		Reports: reportsOf{a}, Signals: a.signals}, api.Options{Version: a.opt.Version, PublicURL: a.url, Now: a.opt.Now, Log: a.log,
		FeedFormats: formats.Names(a.opt.Formats)})
	if err != nil {
		return err
	}
	a.web, err = web.New(web.Deps{
		Texts: a.texts, Library: a.library, Content: a.repo, Search: a.index, Suggest: a.suggest, Queries: a.queries, Git: git{a},
		Auth: a.tokens, Admin: admin{a},
		Status: a, Unreadable: func() int { return a.db.Damage().Rows }, Rules: rules(), Renderer: a.renderer,
		Schemas: map[string][]byte{"postmortem": postmortems.FrontMatterSchema()},
		Reports: reportsOf{a}, Charts: a.charts, Jobs: a.jobs, Printer: a.printer(), Deliveries: deliveries{a.outbox, a},
		API: apiHandler, MCP: a.mcpHandler(), Metrics: a.metrics.Handler(c.Metrics.Token.Reveal()), Observe: a.observe, NewID: rand.Text,
		Board: a.sloStatus, Curves: curves{a.charts.drawer, a.texts}, Services: a.catalog, Measured: a.measured,
		Feeds: a.feeds, Signals: incidentSignals{a.signals, a},
	}, web.Options{
		PublicURL: a.url, Listener: a.loopback(), OpenReading: c.Access.Read == config.ReadOpen, Proxies: c.TrustedProxies,
		Name: c.Name, Version: a.opt.Version, Log: a.log, Now: a.opt.Now,
		Feeds: feeds.Options{Body: c.Feeds.Body, Formats: a.opt.Formats, Signing: signing(c.Feeds), Redact: checks.NewRedactor().Redact,
			Polled: a.polledPages},
		MetricsGuarded: c.Metrics.Token.Reveal() != "",
	})
	return err
}

// rules returns the rules that a push is checked against, in the order of their pages.
// Each subject owns its rules; a rule that is missing here has no page.
func rules() []postmortems.Rule {
	all := append(postmortems.Rules(), markdown.Rules()...)
	return slices.Concat(all, gitrepo.Rules(), openslo.Rules(), synonyms.Rules(), definition.Rules())
}

// observe adds a request to the metrics. Route is the pattern, not the path, which
// would make a series for every document.
func (a *App) observe(o web.Observation) {
	a.metrics.HTTP(metrics.Request{Route: o.Route, Method: o.Method, Status: o.Status, Took: o.Took, Bytes: o.Bytes})
}

// Status implements page.StatusReporter for /readyz. The portal is ready when it has
// started and every check is good or only degraded; it can be read when the database
// can. Sources are listed and never make the portal unready: a restart would not help
// them.
func (a *App) Status(ctx context.Context) page.Status {
	s := page.Status{Ready: a.ready.ready(), Version: a.opt.Version}
	_, err := a.library.Published(ctx)
	s.Checks = append(s.Checks, databaseCheck(err, a.db.Damage()))
	index := a.follower.Status()
	s.IndexLag, _ = a.lag(ctx)
	check := page.StatusCheck{Name: "index", OK: !index.Rebuilding && index.Failure == ""}
	switch {
	case index.Rebuilding:
		check.Detail = fmt.Sprintf("rebuilding, %d of %d", index.Done, index.Total)
	case index.Failure != "":
		check.Detail = "failing"
	}
	s.Checks = append(s.Checks, check, a.gitCheck(ctx), a.writesCheck())
	s.Checks = append(s.Checks, a.pollChecks()...)
	s.Reading = s.Ready && err == nil
	for _, c := range s.Checks {
		s.Ready = s.Ready && (c.OK || c.Degraded)
	}
	return s
}

// databaseCheck returns the state of the database. A row that cannot be read does not
// make the portal unready: the other rows are served, and a restart would not bring it
// back. It is reported here, in the metrics and on every page.
func databaseCheck(err error, d kv.Damage) page.StatusCheck {
	check := page.StatusCheck{Name: "database", OK: err == nil}
	if err != nil {
		check.Detail = fault.Message(err)
	} else if d.Rows > 0 {
		check.OK, check.Degraded = false, true
		check.Detail = fmt.Sprintf("damaged: %s cannot be read, run postern check", unreadableRows(d.Rows, d.More))
	}
	if d.Structure {
		check.OK, check.Degraded = false, false
		check.Detail = "damaged: pages of the file cannot be read, and the next start will be refused. Run postern check, copy the data " +
			"folder, then restore the newest backup"
	}
	return check
}

// git serves the repository to the routes of the pages and decides who may push what.
type git struct{ a *App }

// InfoRefs implements web.Git. The repository writes every answer, errors included, in
// git's protocol; this and the next two methods therefore return nil.
func (g git) InfoRefs(w http.ResponseWriter, r *http.Request, _ string) error {
	g.a.repo.InfoRefs(w, r)
	return nil
}

// UploadPack implements web.Git: clones and fetches. reader identifies the client, for
// the repository's limits on each.
func (g git) UploadPack(w http.ResponseWriter, r *http.Request, reader string) error {
	g.a.repo.UploadPack(w, r, reader)
	return nil
}

// ReceivePack implements web.Git: pushes. May is called for each ref before its objects
// are read, and again for a move that turns out to be forced.
func (g git) ReceivePack(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
	g.a.repo.ReceivePack(w, r, gitrepo.Who{
		Pusher: postmortems.Pusher{TokenID: who.TokenID, Name: who.Name},
		May:    func(c gitrepo.Command) error { return g.may(r.Context(), who, c) },
	})
	return nil
}

// may decides about one ref command: main is for publishers; a draft is for authors,
// and only the token that made it or an administrator may force or delete it. A refusal
// is a fault.Forbidden error.
func (g git) may(ctx context.Context, who auth.Principal, c gitrepo.Command) error {
	const op = "app.push"
	if c.Branch == mainBranch {
		if !who.May(auth.PushMain) {
			return fault.New(fault.Forbidden, op, "this token may push drafts only; push another branch, or use a publisher's token")
		}
		return nil
	}
	if !who.May(auth.PushDraft) {
		return fault.New(fault.Forbidden, op, "this token may not push; ask for an author's token")
	}
	if !c.Force && !c.Delete || who.May(auth.Administer) {
		return nil
	}
	d, ok, err := g.a.library.DraftBy(ctx, c.Branch)
	if err != nil || !ok || d.Maker.TokenID == who.TokenID {
		return err
	}
	return fault.Newf(fault.Forbidden, op, "the draft was made by %s; only that token or an admin may rewrite or delete it", d.Maker.Name)
}

// FirstToken creates an administrator's token when the portal has none. made is false
// when there is one, also if it is revoked or expired: a new one then needs the command
// line on this machine. The secret is returned once and not stored.
func (a *App) FirstToken(ctx context.Context) (secret string, made bool, err error) {
	tokens, err := a.tokens.List(ctx)
	if err != nil {
		return "", false, err
	}
	for _, t := range tokens {
		if t.Role == auth.Admin {
			return "", false, nil
		}
	}
	secret, err = a.CreateToken(ctx, "first administrator", auth.Admin)
	return secret, err == nil, err
}

// CreateToken creates a token that does not expire and returns its secret.
func (a *App) CreateToken(ctx context.Context, name string, role auth.Role) (string, error) {
	secret, _, err := admin{a}.CreateToken(ctx, auth.Grant{Name: name, Role: role})
	return secret, err
}

// Published reports whether anything was ever published.
func (a *App) Published(ctx context.Context) (bool, error) {
	oid, err := a.library.Published(ctx)
	return oid != "", err
}
