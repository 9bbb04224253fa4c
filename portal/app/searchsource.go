package app

import (
	"context"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/search"
)

// source gives search the documents of the library and the published reports; it
// implements search.Source and indexer.Source.
type source struct {
	library *library.Library
	archive *reportstore.Store
}

// Documents returns the published documents and reports among the ids. Ids that are
// unknown, removed or unreadable are left out, and search removes them from the index.
func (s source) Documents(ctx context.Context, ids []string) ([]search.Document, error) {
	var documents, published []string
	for _, id := range ids {
		if strings.HasPrefix(id, reportID) {
			published = append(published, id)
		} else {
			documents = append(documents, id)
		}
	}
	records, err := s.library.Many(ctx, documents)
	if err != nil {
		return nil, err
	}
	docs, err := s.reportDocuments(ctx, published)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		sections, err := s.library.Sections(ctx, r.ID)
		if fault.KindOf(err) == fault.NotFound || kv.Unreadable(err) {
			continue // removed since Many, or damaged: a later change follows
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, searchDocument(r, sections))
	}
	return docs, nil
}

// contentsStep is how many documents are read at a time for a rebuild.
const contentsStep = 200

// Contents returns every document and report, for a rebuild.
func (s source) Contents(ctx context.Context) (search.Contents, error) {
	ids, seq, err := s.library.IDs(ctx)
	if err != nil {
		return search.Contents{}, err
	}
	// Reports are listed after the change number was taken: a report that is published
	// meanwhile is indexed twice rather than not at all.
	published, err := s.reportIDs(ctx)
	if err != nil {
		return search.Contents{}, err
	}
	ids = append(ids, published...)
	return search.Contents{UpTo: seq, Total: len(ids), Documents: func(yield func(search.Document, error) bool) {
		for len(ids) > 0 {
			n := min(contentsStep, len(ids))
			docs, err := s.Documents(ctx, ids[:n])
			if err != nil {
				yield(search.Document{}, err)
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
			ids = ids[n:]
		}
	}}, nil
}

// searchDocument converts a record of the library to a document of the index. The texts
// are those of the stored sections, not rendered again.
func searchDocument(r library.Record, sections []postmortems.Section) search.Document {
	d := search.Document{
		ID: r.ID, Path: r.Path, Address: r.Address, Kind: string(r.Kind), Title: r.Title,
		Summary: r.Summary, Lang: r.Lang, Status: string(r.Status), Date: r.Date, Superseded: r.Superseded,
		Severity: r.Severity, Services: r.Services, Tags: r.Tags, Factors: r.Factors,
		Alerts: r.Alerts, Owner: r.Owner, Authors: r.Authors, DetectedBy: r.DetectedBy, Ref: r.IncidentRef,
		Detect: seconds(r.Durations.Detect), Diagnose: seconds(r.Durations.Diagnose),
		Recover: seconds(r.Durations.Recover), Actions: r.Actions, OpenActions: r.OpenActions,
	}
	for _, s := range sections {
		d.Sections = append(d.Sections, search.Section{Heading: s.Heading, Anchor: s.Anchor, Text: s.Text, Code: s.Code})
	}
	return d
}

// seconds returns a duration in whole seconds, nil for none.
func seconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	s := int64(*d / time.Second)
	return &s
}
