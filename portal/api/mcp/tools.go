package mcp

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// tools answer the calls.
type tools struct {
	portal    *Portal
	incidents IncidentStore
}

type searchInput struct {
	Query string `json:"query" jsonschema:"words, phrases and qualifiers, as in the portal's search box"`
	Limit int    `json:"limit,omitempty" jsonschema:"how many documents at most, 1 to 50; default 10"`
}

type searchOutput struct {
	Total int      `json:"total" jsonschema:"how many documents match"`
	Found []found  `json:"documents" jsonschema:"best first"`
	Notes []string `json:"notes" jsonschema:"what was relaxed or not understood"`
}

// found is a document that was found.
type found struct {
	ID             string   `json:"id" jsonschema:"for get_document"`
	Title          string   `json:"title"`
	Kind           string   `json:"kind" jsonschema:"postmortem, runbook, guide, framework, standard, drill, training or page"`
	URL            string   `json:"url" jsonschema:"where people read it"`
	Date           string   `json:"date,omitempty"`
	Severity       string   `json:"severity,omitempty" jsonschema:"SEV1 to SEV5"`
	Services       []string `json:"services"`
	RecoverSeconds *int64   `json:"recover_seconds" jsonschema:"from the start of impact to mitigation; null unknown"`
	OpenActions    int      `json:"open_actions" jsonschema:"action items that are still open"`
	Quotes         []string `json:"quotes" jsonschema:"the best fragments"`
}

// hit is a hit of the API.
type hit struct {
	ID             string
	Title          string
	Kind           string
	URL            string
	Date           string
	Severity       string
	Services       []string
	RecoverSeconds *int64 `json:"recover_seconds"`
	OpenActions    int    `json:"open_actions"`
	Fragments      []struct{ Field, Heading, HTML string }
	ForAlert       bool `json:"for_alert"`
	Fix            *fix
	Waiting        []Action
}

type fix struct {
	Heading string `json:"heading"`
	URL     string `json:"url" jsonschema:"where the section is read"`
	Text    string `json:"text" jsonschema:"the whole section: code is indented by four, lists keep their numbers"`
}

func (h hit) found(p *Portal) found {
	f := found{
		ID: h.ID, Title: h.Title, Kind: h.Kind, URL: p.absolute(h.URL), Date: h.Date, Severity: h.Severity,
		Services: list(h.Services), RecoverSeconds: h.RecoverSeconds, OpenActions: h.OpenActions, Quotes: []string{},
	}
	for _, q := range h.Fragments {
		if q.Field == "title" {
			continue
		}
		text := html.UnescapeString(strings.NewReplacer("<mark>", "", "</mark>", "").Replace(q.HTML))
		if q.Heading != "" {
			text = q.Heading + ": " + text
		}
		f.Quotes = append(f.Quotes, text)
	}
	return f
}

// absolute is the url of a path that has the portal's prefix already.
func (p *Portal) absolute(path string) string {
	u, err := url.Parse(p.Base)
	if err != nil || strings.HasSuffix(u.Host, ".invalid") {
		return path
	}
	return u.Scheme + "://" + u.Host + path
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

const (
	usualLimit = 10
	mostLimit  = 50
)

func limitOf(n int) string {
	if n <= 0 {
		n = usualLimit
	}
	return strconv.Itoa(min(n, mostLimit))
}

func (t tools) search(ctx context.Context, in searchInput) (searchOutput, error) {
	var answer struct {
		Total int
		Hits  []hit
		Notes []string
	}
	q := url.Values{"q": {in.Query}, "limit": {limitOf(in.Limit)}}
	if err := t.portal.get(ctx, "/api/v1/search?"+q.Encode(), &answer); err != nil {
		return searchOutput{}, err
	}
	out := searchOutput{Total: answer.Total, Found: []found{}, Notes: list(answer.Notes)}
	for _, h := range answer.Hits {
		out.Found = append(out.Found, h.found(t.portal))
	}
	return out, nil
}

type similarInput struct {
	Text  string `json:"text" jsonschema:"the alert, trace, log or query as it is; times and ids do not matter"`
	Limit int    `json:"limit,omitempty" jsonschema:"how many documents at most, 1 to 50; default 10"`
}

type similarOutput struct {
	ReadAs string    `json:"read_as" jsonschema:"what the text was taken for"`
	Alerts []string  `json:"alerts" jsonschema:"names of the alerts in it"`
	Found  []similar `json:"documents" jsonschema:"the runbook of the alert first, then by likeness"`
	Notes  []string  `json:"notes" jsonschema:"what is doubtful about the answer"`
}

type similar struct {
	found
	ForAlert bool     `json:"for_alert" jsonschema:"the document is for this very alert"`
	Fix      *fix     `json:"fix" jsonschema:"what to do or what was done; null when the document does not tell"`
	Waiting  []Action `json:"waiting" jsonschema:"action items that are still open"`
}

func (t tools) similar(ctx context.Context, in similarInput) (similarOutput, error) {
	var answer struct {
		ReadAs string `json:"read_as"`
		Alerts []string
		Hits   []hit
		Notes  []string
	}
	limit, err := strconv.Atoi(limitOf(in.Limit))
	if err != nil {
		return similarOutput{}, err
	}
	body := map[string]any{"text": in.Text, "limit": limit}
	if err := t.portal.call(ctx, http.MethodPost, "/api/v1/similar", body, &answer); err != nil {
		return similarOutput{}, err
	}
	out := similarOutput{ReadAs: answer.ReadAs, Alerts: list(answer.Alerts), Found: []similar{}, Notes: list(answer.Notes)}
	for _, h := range answer.Hits {
		if h.Fix != nil {
			h.Fix.URL = t.portal.absolute(h.Fix.URL)
		}
		out.Found = append(out.Found, similar{h.found(t.portal), h.ForAlert, h.Fix, append([]Action{}, h.Waiting...)})
	}
	return out, nil
}
