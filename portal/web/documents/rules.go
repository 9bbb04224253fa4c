package documents

import (
	"html/template"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
)

// rulesView lists the rules that pushes are checked by.
type rulesView struct {
	page.Frame
	Rules []postmortems.Rule
}

// ruleView is the page of one rule, generated from the rule.
type ruleView struct {
	page.Frame
	Rule postmortems.Rule
	HTML template.HTML
}

// ruleCache holds the rendered rules. There are some dozens, and they change with a
// release only.
type ruleCache struct {
	mu   sync.Mutex
	html map[string]template.HTML
}

// newRuleCache returns an empty cache.
func newRuleCache() *ruleCache { return &ruleCache{html: map[string]template.HTML{}} }

// ruleList lists the rules. The rules are in the order of their registry.
func (h *Handler) ruleList(req *page.Request) error {
	view := rulesView{Frame: h.Frame(), Rules: h.deps.Rules}
	view.Title, view.Section = h.Texts().Text("layout.rules"), "/rules"
	return h.Show(req, 200, "rules", view)
}

// rule shows one rule with its examples.
func (h *Handler) rule(req *page.Request) error {
	id := req.PathValue("rule")
	for _, r := range h.deps.Rules {
		if r.ID != id {
			continue
		}
		html, err := h.ruleHTML(req, r)
		if err != nil {
			return err
		}
		view := ruleView{Frame: h.Frame(), Rule: r, HTML: html}
		view.Title, view.Section, view.Canonical = r.ID, "/rules", h.Absolute("/rules/"+r.ID)
		return h.Show(req, 200, "rule", view)
	}
	return fault.Newf(fault.NotFound, "web", "there is no rule %q", id)
}

// ruleHTML returns the text of a rule as HTML. Without a renderer it is the Markdown. One
// rule is rendered at a time, under the lock, so that many readers of a cold cache cost
// one rendering. A failure is fault.Internal and is not cached.
func (h *Handler) ruleHTML(req *page.Request, r postmortems.Rule) (template.HTML, error) {
	if h.deps.Renderer == nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(string(postmortems.RuleDoc(r))) + "</pre>"), nil
	}
	h.rules.mu.Lock()
	defer h.rules.mu.Unlock()
	if html, ok := h.rules.html[r.ID]; ok {
		return html, nil
	}
	body, _, err := h.deps.Renderer.RenderBody(req.Context(), postmortems.BodyInput{
		Path: "rules/" + r.ID + ".md", Markdown: postmortems.RuleDoc(r), FirstLine: 1,
	})
	if err != nil {
		return "", fault.Wrap(fault.Internal, "web.rule", "", err)
	}
	// Links of rules lead nowhere: rules are not documents of the library.
	html := template.HTML(body.FillLinks(func(int) string { return "" }))
	h.rules.html[r.ID] = html
	return html, nil
}
