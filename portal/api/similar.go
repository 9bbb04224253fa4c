package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search"
)

// maxPasteBody bounds the body of POST /similar, in bytes: a page of a log. Only its
// beginning is read.
const maxPasteBody = 1 << 20

// similarRequest is the request of POST /similar. It is a POST because texts are long
// and may contain secrets, which must not appear in the logs of proxies.
type similarRequest struct {
	Body struct {
		Text  string `json:"text" minLength:"1" doc:"An alert, stack trace, log lines, slow query or cluster events."`
		Limit int    `json:"limit,omitempty" minimum:"1" maximum:"50" default:"10" doc:"Maximum number of hits in the response."`
	}
}

// SimilarAnswer is the response of POST /similar. Fix is the most useful part: what to
// do about the alert, without reading a document.
type SimilarAnswer struct {
	ReadAs      string       `json:"read_as" doc:"How it was read: alert, stack trace, log, slow query, cluster events or text."`
	Alerts      []string     `json:"alerts" nullable:"false" doc:"Names of the alerts in the text."`
	Fingerprint string       `json:"fingerprint" doc:"Equal for texts that differ only in times, ids and addresses."`
	Total       int          `json:"total" doc:"Number of documents that match anything in the text."`
	TookMS      int64        `json:"took_ms" doc:"Duration in milliseconds, rounded up."`
	Hits        []SimilarHit `json:"hits" nullable:"false" doc:"The hits: the runbook of the alert first, then by similarity."`
	Fix         *Fix         `json:"fix" doc:"The fix of the document for the alert itself; null if there is none."`
	Notes       []string     `json:"notes" nullable:"false" doc:"Limits of the result, for people."`
}

// SimilarHit is a document similar to a text, with the fields of a search hit.
type SimilarHit struct {
	Hit
	ForAlert bool     `json:"for_alert" doc:"True if the document names the alert."`
	Fix      *Fix     `json:"fix" doc:"The section with the fix, or the end of the incident's timeline; null without either."`
	Waiting  []Action `json:"waiting" nullable:"false" doc:"Open action items, for the first five incidents only."`
}

const (
	// maxFix bounds a fix in bytes of its HTML and of its Markdown, about four screens
	// of a terminal. It is cut at the end of a block.
	maxFix = 8000
	// incidentsRead is how many incidents of a response are read for the end of their
	// timeline and their open action items.
	incidentsRead = 5
)

// similar finds documents similar to a pasted text. Nothing of the text is stored.
func (s service) similar(ctx context.Context, in *similarRequest) (SimilarAnswer, error) {
	return s.similarTo(ctx, in.Body.Text, in.Body.Limit)
}

// similarTo searches and reads the documents of the best hits. The first fix of a
// document for the alert itself is also the fix of the response.
func (s service) similarTo(ctx context.Context, text string, limit int) (SimilarAnswer, error) {
	found, err := s.Search.Similar(ctx, search.SimilarRequest{Text: text, Limit: limit, Fragments: true})
	if err != nil {
		return SimilarAnswer{}, err
	}
	hits := make([]SimilarHit, 0, len(found.Matches))
	read := 0
	var first *Fix
	for _, m := range found.Matches {
		h := SimilarHit{Hit: s.hit(m.Hit), ForAlert: m.Named, Waiting: []Action{}}
		incident := m.Kind == string(postmortems.Postmortem) && read < incidentsRead
		if incident {
			read++
		}
		if incident || m.Fix != nil {
			s.readHit(ctx, &h, m, incident)
		}
		if first == nil && h.ForAlert {
			first = h.Fix
		}
		hits = append(hits, h)
	}
	return SimilarAnswer{
		ReadAs: string(found.Reading.Kind), Alerts: list(found.Reading.Names), Fingerprint: found.Reading.Fingerprint(),
		Total: found.Total, TookMS: int64((found.Took + time.Millisecond - 1) / time.Millisecond),
		Hits: hits, Fix: first, Notes: list(found.Notes),
	}, nil
}

// readHit adds what only the document itself contains: its fix, and the open action
// items of an incident. When the document cannot be read, the hit stays as it is.
func (s service) readHit(ctx context.Context, h *SimilarHit, m search.Match, incident bool) {
	page, err := s.Library.Page(ctx, h.ID, "")
	if err != nil {
		return
	}
	if m.Fix != nil {
		h.Fix = s.fixOf(ctx, page, m.Fix.Heading, m.Fix.Anchor)
	}
	if !incident {
		return
	}
	for _, a := range page.Document.Actions {
		if a.Status != "done" && a.Status != "dropped" {
			h.Waiting = append(h.Waiting, actionOf(a))
		}
	}
	if h.Fix == nil {
		h.Fix = s.timelineFix(page)
	}
}

// post registers an operation that has a request body and changes nothing. It is open
// to readers, as get is.
func post[I, T any](api huma.API, path, id, summary string, do func(context.Context, *I) (T, error)) {
	huma.Register(api, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: root + path, Summary: summary, MaxBodyBytes: maxPasteBody,
	}, func(ctx context.Context, in *I) (*output[T], error) {
		body, err := do(ctx, in)
		if err != nil {
			return nil, problem.Of(err)
		}
		return &output[T]{body}, nil
	})
}
