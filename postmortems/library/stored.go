package library

import (
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// The stored forms. They are JSON with short names: newer versions add fields, older
// databases stay readable, and a person with a bbolt browser can read them. Times are
// Unix seconds; 0 is none.

// storedRecord is a published document at its newest revision. It must hold everything
// from which keys of lists and links are computed: the rows of a document are deleted
// by the values of its stored record.
type storedRecord struct {
	Path       string             `json:"p"`
	Kind       string             `json:"k"`
	Title      string             `json:"t"`
	Summary    string             `json:"s,omitempty"`
	Lang       string             `json:"l,omitempty"`
	Status     string             `json:"st,omitempty"`
	Date       int64              `json:"d"`
	Severity   string             `json:"sv,omitempty"`
	Services   []string           `json:"se,omitempty"`
	Tags       []string           `json:"tg,omitempty"`
	Factors    []string           `json:"f,omitempty"`
	Alerts     []string           `json:"al,omitempty"`
	Owner      string             `json:"o,omitempty"`
	Authors    []string           `json:"au,omitempty"`
	DetectedBy string             `json:"db,omitempty"`
	Incident   string             `json:"i,omitempty"`
	Superseded bool               `json:"su,omitempty"`
	Durations  [5]*int64          `json:"du"` // seconds: detect acknowledge diagnose recover resolve
	Actions    int                `json:"a,omitempty"`
	Open       int                `json:"ao,omitempty"`
	Revisions  int                `json:"n"`
	Origin     string             `json:"og"` // the permalink id that follows from git alone
	Last       storedRevision     `json:"r"`
	Redirects  []string           `json:"rd,omitempty"` // former addresses that the author states
	Links      []storedLinkTarget `json:"ln,omitempty"`
}

// storedLinkTarget is one link of a document, for backlinks. Line and Col are those in
// the source, for the message about a broken link.
type storedLinkTarget struct {
	Candidates []string `json:"c,omitempty"`
	Wiki       string   `json:"w,omitempty"`
	Raw        string   `json:"r"`
	Kind       uint8    `json:"k,omitempty"`
	Line       int      `json:"l"`
	Col        int      `json:"o"`
}

// storedRevision is one published state of a document. Commit is the commit of the
// revision, or that of the push if no commit of the push touched the document. Title is
// empty for states between two pushes, which are not compiled when they are published.
type storedRevision struct {
	Number  int    `json:"n"`
	Commit  string `json:"c"`
	Blob    string `json:"b,omitempty"`
	Path    string `json:"p"`
	Title   string `json:"t,omitempty"`
	Name    string `json:"an,omitempty"`
	Email   string `json:"ae,omitempty"`
	When    string `json:"aw,omitempty"` // RFC 3339 in the author's zone
	Subject string `json:"s,omitempty"`
	TokenID string `json:"ti,omitempty"`
	Pusher  string `json:"tn,omitempty"`
	At      int64  `json:"at"`
	Removed bool   `json:"x,omitempty"`
}

// storedFile is a published file that is not a document.
type storedFile struct {
	Blob string `json:"b"`
	Size int64  `json:"s"`
}

// storedDraft is a branch other than main. Base is the merge base with main that the
// changes were computed from.
type storedDraft struct {
	Tip     string        `json:"c"`
	Base    string        `json:"m,omitempty"`
	TokenID string        `json:"ti,omitempty"`
	Pusher  string        `json:"tn,omitempty"`
	MakerID string        `json:"mi,omitempty"` // "" means TokenID
	Maker   string        `json:"mn,omitempty"`
	At      int64         `json:"at"`
	Changed []storedDelta `json:"ch,omitempty"`
}

// storedDelta is one document that a draft changes. From is the address of the
// published document when the draft renames it.
type storedDelta struct {
	Status uint8  `json:"s"`
	Kind   string `json:"k"`
	Title  string `json:"t"`
	Path   string `json:"p"`
	From   string `json:"f,omitempty"`
}

// encode returns the stored form of a value. It fails only for types that JSON does not
// have: a fault of kind Internal.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return b, fault.Wrap(fault.Internal, "library.encode", "", err)
}

// decode reads a row. A row that cannot be read is counted and reported by the
// database. The error is for callers that need this row; lists skip it.
func decode(r kv.Reader, bucket string, key, value []byte, v any) error {
	if err := json.Unmarshal(value, v); err != nil {
		return kv.Undecodable(r, "library.decode", bucket, key, err)
	}
	return nil
}

// errNotNumber is the cause of a count that is not a number.
func errNotNumber() error { return fault.New(fault.Internal, "library", "it is not a number") }

// unix returns a time in Unix seconds, 0 for the zero time. Fractions are dropped.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// fromUnix is the inverse of unix. The result is in UTC. The first second of 1970
// cannot be represented.
func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// seconds returns a duration in whole seconds, nil when it is unknown.
func seconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	s := int64(*d / time.Second)
	return &s
}

// fromSeconds is the inverse of seconds. Fractions of a second were lost.
func fromSeconds(s *int64) *time.Duration {
	if s == nil {
		return nil
	}
	d := time.Duration(*s) * time.Second
	return &d
}

// storeDurations returns the durations in their stored order. The order is part of the
// stored format; unknown ones are null.
func storeDurations(d postmortems.Durations) [5]*int64 {
	return [5]*int64{seconds(d.Detect), seconds(d.Acknowledge), seconds(d.Diagnose), seconds(d.Recover), seconds(d.Resolve)}
}

// durations is the inverse of storeDurations.
func (r storedRecord) durations() postmortems.Durations {
	d := r.Durations
	return postmortems.Durations{
		Detect: fromSeconds(d[0]), Acknowledge: fromSeconds(d[1]), Diagnose: fromSeconds(d[2]),
		Recover: fromSeconds(d[3]), Resolve: fromSeconds(d[4]),
	}
}

// record returns the public form under an id. Slices are shared with r.
func (r storedRecord) record(id string) Record {
	return Record{
		ID: id, Address: postmortems.Address(r.Path), Path: r.Path, Kind: postmortems.Kind(r.Kind),
		Title: r.Title, Summary: r.Summary, Lang: r.Lang, Status: postmortems.Status(r.Status),
		Date: fromUnix(r.Date), Severity: r.Severity, Services: r.Services, Tags: r.Tags,
		Factors: r.Factors, Alerts: r.Alerts, Owner: r.Owner, Authors: r.Authors,
		DetectedBy: r.DetectedBy, IncidentRef: r.Incident, Superseded: r.Superseded, Durations: r.durations(),
		Actions: r.Actions, OpenActions: r.Open, Revision: r.Last.revision(), Revised: r.Revisions,
	}
}

// revision returns the public form. A time that cannot be parsed is the zero time.
func (r storedRevision) revision() Revision {
	when, _ := time.Parse(time.RFC3339, r.When)
	return Revision{
		Number: r.Number, Commit: postmortems.OID(r.Commit), Blob: postmortems.OID(r.Blob), Path: r.Path,
		Title: r.Title, Author: postmortems.Signature{Name: r.Name, Email: r.Email, When: when},
		Subject: r.Subject, Pusher: postmortems.Pusher{TokenID: r.TokenID, Name: r.Pusher},
		At: fromUnix(r.At), Removed: r.Removed,
	}
}

// newStoredRecord returns the record of a compiled document. The caller fills in the
// revision. date may be zero: appendRevisions then provides the first commit, from
// which the date follows.
func newStoredRecord(d postmortems.Document, date time.Time) storedRecord {
	f := d.Front
	r := storedRecord{
		Path: d.Path, Kind: string(d.Kind), Title: d.Title, Summary: d.Summary, Lang: d.Lang,
		Status: string(d.Status), Date: unix(date), Severity: f.Incident.Severity,
		Services: f.Incident.Services, Tags: f.Tags, Alerts: f.Alerts, Owner: f.Owner,
		Authors: f.Authors, DetectedBy: f.Incident.DetectedBy, Incident: f.Incident.Ref, Superseded: f.Incident.DuplicateOf != "",
		Redirects: f.Redirects,
		Durations: storeDurations(d.Durations), Actions: len(d.Actions),
	}
	for _, x := range f.Factors {
		if x.Tag != "" {
			r.Factors = append(r.Factors, x.Tag)
		}
	}
	for _, a := range d.Actions {
		if isOpen(a) {
			r.Open++
		}
	}
	for _, l := range d.Body.Links {
		r.Links = append(r.Links, linkTarget(l))
	}
	return r
}

// isOpen reports whether an action item is neither done nor dropped.
func isOpen(a postmortems.Action) bool { return a.Status != "done" && a.Status != "dropped" }

// documentDate returns the document's date, otherwise the UTC day of its first commit.
// A zero firstCommit returns the zero day of the calendar; callers pass the time of the
// push instead.
func documentDate(d postmortems.Document, firstCommit time.Time) time.Time {
	if !d.Date.IsZero() {
		return d.Date
	}
	return firstCommit.UTC().Truncate(24 * time.Hour)
}
