package mcp

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// tools implement the four tools.
type tools struct {
	portal    *Portal
	incidents IncidentStore
}

// searchInput is the input of search.
type searchInput struct {
	Query string `json:"query" jsonschema:"words, phrases and qualifiers, as in the portal's search box"`
	Limit int    `json:"limit,omitempty" jsonschema:"maximum number of documents, 1 to 50; default 10"`
}

// searchOutput is the result of search.
type searchOutput struct {
	Total int      `json:"total" jsonschema:"number of matching documents"`
	Found []found  `json:"documents" jsonschema:"best first"`
	Notes []string `json:"notes" jsonschema:"what was relaxed or not understood"`
}

// found is one document that matches. Unknown durations are null; lists are never null.
type found struct {
	ID             string   `json:"id" jsonschema:"for get_document"`
	Title          string   `json:"title"`
	Kind           string   `json:"kind" jsonschema:"the kind of document, such as postmortem or runbook"`
	URL            string   `json:"url" jsonschema:"URL of its page"`
	Date           string   `json:"date,omitempty"`
	Severity       string   `json:"severity,omitempty" jsonschema:"SEV1 to SEV5"`
	Services       []string `json:"services"`
	RecoverSeconds *int64   `json:"recover_seconds" jsonschema:"from the start of impact to mitigation; null unknown"`
	OpenActions    int      `json:"open_actions" jsonschema:"open action items"`
	Quotes         []string `json:"quotes" jsonschema:"the best matching excerpts"`
}

// hit is a hit of the API, of search or of similar; the last three fields are of
// similar.
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

// fix is the section of a document that states what to do.
type fix struct {
	Heading string `json:"heading"`
	URL     string `json:"url" jsonschema:"URL of the section"`
	Text    string `json:"text" jsonschema:"the section as plain text, code indented by four"`
}

// found converts a hit of the API to the form of the tools: excerpts become plain text
// with their heading.
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

// absolute returns the complete URL of a path that includes the portal's prefix. Over
// the Unix socket the portal's host is unknown, and the path is returned.
func (p *Portal) absolute(path string) string {
	u, err := url.Parse(p.Base)
	if err != nil || strings.HasSuffix(u.Host, ".invalid") {
		return path
	}
	return u.Scheme + "://" + u.Host + path
}

// list returns s, and an empty list instead of null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

const (
	// usualLimit is the number of hits unless the caller sets one; mostLimit is the
	// maximum.
	usualLimit = 10
	mostLimit  = 50
)

// limitOf returns a number of hits within the bounds, usualLimit for 0 or less, as the
// query parameter takes it.
func limitOf(n int) string {
	if n <= 0 {
		n = usualLimit
	}
	return strconv.Itoa(min(n, mostLimit))
}

// search is the tool search. A query that cannot be read completely is not an error:
// the notes say what was ignored.
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

// similarInput is the input of similar.
type similarInput struct {
	Text  string `json:"text" jsonschema:"the unchanged alert, trace, log or query; times and ids do not matter"`
	Limit int    `json:"limit,omitempty" jsonschema:"maximum number of documents, 1 to 50; default 10"`
}

// similarOutput is the result of similar.
type similarOutput struct {
	ReadAs string    `json:"read_as" jsonschema:"how the text was read"`
	Alerts []string  `json:"alerts" jsonschema:"names of the alerts in the text"`
	Found  []similar `json:"documents" jsonschema:"the runbook of the alert first, then by similarity"`
	Notes  []string  `json:"notes" jsonschema:"limits of the result"`
}

// similar is one document that resembles the text, with its fix.
type similar struct {
	found
	ForAlert bool     `json:"for_alert" jsonschema:"true if the document names the alert"`
	Fix      *fix     `json:"fix" jsonschema:"what to do or what was done; null if the document has no such section"`
	Waiting  []Action `json:"waiting" jsonschema:"open action items"`
}

// similar is the tool similar. The URL of each fix becomes absolute, so that a model
// can cite it.
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
