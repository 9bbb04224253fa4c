package documents

import (
	"golang.org/x/sync/singleflight"

	"github.com/postern/postern/portal/web/page"
)

// Handler answers the pages about documents. It may be used by many goroutines.
type Handler struct {
	*page.Kit
	deps  Deps
	rules *ruleCache
	// opening reads once for all concurrent readers which incidents are open.
	opening singleflight.Group
}

// New makes a Handler. deps must have all parts whose comment does not state what nil
// means.
func New(k *page.Kit, deps Deps) *Handler {
	return &Handler{Kit: k, deps: deps, rules: newRuleCache()}
}

// Routes returns the rows of the route table that this package answers. The last pattern
// of all routes is /*, which receives what no other row of the portal matches.
func (h *Handler) Routes() []page.Route {
	rows := []page.Route{
		page.Get("/", h.home),
		page.Get("/services", h.services),
		page.Get("/services/*", h.service),
		page.Get("/actions", h.actions),
		page.Get("/drafts", h.drafts),
		page.Get("/drafts/*", h.draft),
		page.Get("/rules", h.ruleList),
		page.Get("/rules/:rule", h.rule),
		page.Get("/p/:id", h.permalink),
		page.Get("/p/:id/history", h.permalinkHistory),
		page.Get("/mermaid", h.mermaid),
		page.Get("/feed.atom", h.feed),
		page.Get("/*", h.address),
	}
	// The address of each kind's list is in the table of kinds.
	for _, k := range page.Kinds() {
		rows = append(rows, page.Get(k.Path, h.list(k)))
	}
	return rows
}

// Pages returns the struct of each template that this package executes.
func Pages() map[string]any {
	return map[string]any{
		"home": homeView{}, "list": listView{}, "document": documentView{}, "history": historyView{}, "diff": diffView{},
		"drafts": draftsView{}, "services": servicesView{}, "actions": actionsView{}, "rules": rulesView{}, "rule": ruleView{},
		"mermaid": mermaidView{},
	}
}
