package web

import (
	"html/template"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// rulesView lists the rules that a push is judged by.
type rulesView struct {
	frame
	Rules []postmortems.Rule
}

// ruleView is the page of one rule, made from the rule itself.
type ruleView struct {
	frame
	Rule postmortems.Rule
	HTML template.HTML
}

// ruleCache keeps the rendered rules: there are some dozens, and they never change.
type ruleCache struct {
	mu   sync.Mutex
	html map[string]template.HTML
}

func newRuleCache() *ruleCache { return &ruleCache{html: map[string]template.HTML{}} }

func (s *Server) ruleList(c echo.Context) error {
	view := rulesView{frame: s.frame(), Rules: s.deps.Rules}
	view.Title, view.Section = "Rules", "/rules"
	return s.show(c, 200, "rules", view)
}

func (s *Server) rule(c echo.Context) error {
	id := c.Param("rule")
	for _, r := range s.deps.Rules {
		if r.ID != id {
			continue
		}
		html, err := s.ruleHTML(c, r)
		if err != nil {
			return err
		}
		view := ruleView{frame: s.frame(), Rule: r, HTML: html}
		view.Title, view.Section, view.Canonical = r.ID, "/rules", s.absolute("/rules/"+r.ID)
		return s.show(c, 200, "rule", view)
	}
	return fault.Newf(fault.NotFound, "web", "there is no rule %q", id)
}

func (s *Server) ruleHTML(c echo.Context, r postmortems.Rule) (template.HTML, error) {
	if s.deps.Renderer == nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(string(postmortems.RuleDoc(r))) + "</pre>"), nil
	}
	s.rules.mu.Lock()
	defer s.rules.mu.Unlock()
	if html, ok := s.rules.html[r.ID]; ok {
		return html, nil
	}
	body, _, err := s.deps.Renderer.RenderBody(c.Request().Context(), postmortems.BodyInput{
		Path: "rules/" + r.ID + ".md", Markdown: postmortems.RuleDoc(r), FirstLine: 1,
	})
	if err != nil {
		return "", fault.Wrap(fault.Internal, "web.rule", "", err)
	}
	html := template.HTML(body.FillLinks(func(int) string { return "" }))
	s.rules.html[r.ID] = html
	return html, nil
}
