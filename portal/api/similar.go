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

// maxPasteBody bounds the body of POST /similar, in bytes: a page of a log. Only
// its beginning is read.
const maxPasteBody = 1 << 20

type similarRequest struct {
	Body struct {
		Text  string `json:"text" minLength:"1" doc:"What was pasted: an alert notification in any form, a stack trace, lines of a log, a slow query, cluster events. The first 64 KB are read; nothing of it is kept."`
		Limit int    `json:"limit,omitempty" minimum:"1" maximum:"50" default:"10" doc:"How many hits to answer with."`
	}
}

// SimilarAnswer is the answer of POST /similar.
type SimilarAnswer struct {
	ReadAs      string       `json:"read_as" doc:"What the text was taken for: alert, stack trace, log, slow query, cluster events or text."`
	Alerts      []string     `json:"alerts" nullable:"false" doc:"The names of the alerts in the text."`
	Fingerprint string       `json:"fingerprint" doc:"The same for two texts of the same trouble, whatever their times, ids and addresses."`
	Total       int          `json:"total" doc:"How many documents have anything of it."`
	TookMS      int64        `json:"took_ms" doc:"How long it took, in milliseconds, rounded up."`
	Hits        []SimilarHit `json:"hits" nullable:"false" doc:"The runbook of the alert first, then by likeness."`
	Fix         *Fix         `json:"fix" doc:"The fix of the document that is for the alert itself; null when none is, or it tells none."`
	Notes       []string     `json:"notes" nullable:"false" doc:"What is doubtful about the answer, for people."`
}

// SimilarHit is a document that resembles a text. It has the fields of a search hit.
type SimilarHit struct {
	Hit
	ForAlert bool     `json:"for_alert" doc:"The document is for the alert itself: it lists it, or bears its name."`
	Fix      *Fix     `json:"fix" doc:"The section that says what to do or what was done, else the end of the incident's timeline; null when the document tells neither."`
	Waiting  []Action `json:"waiting" nullable:"false" doc:"The action items that are still open; of the first five incidents only."`
}

const (
	// maxFix bounds a fix in bytes of its HTML and of its Markdown: about four screens
	// of a terminal. It ends with a block.
	maxFix = 8000
	// incidentsRead is how many incidents of an answer are read for the end of their
	// timeline and their open actions.
	incidentsRead = 5
)

func (s service) similar(ctx context.Context, in *similarRequest) (SimilarAnswer, error) {
	return s.similarTo(ctx, in.Body.Text, in.Body.Limit)
}

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

// readHit adds what only the whole document tells: its fix, and of an incident what
// still waits. An answer does without it when the document cannot be read.
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

// post registers an operation that is asked with a body and changes nothing.
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
