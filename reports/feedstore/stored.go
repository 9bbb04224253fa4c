package feedstore

import (
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/sql"
)

// The private stored forms of the bodies of facts. They are JSON with short names,
// so that a newer build can add fields. Times are microseconds since 1970; 0 is
// none. The first field is when the fact was said: of two wordings of a loose
// fact the lesser row, hence mostly the earlier one, is kept.

type storedVoice struct {
	At          int64                   `json:"a"`
	Form        string                  `json:"f,omitempty"`
	Ref         string                  `json:"r"`
	Aliases     []string                `json:"al,omitempty"`
	Rev         int64                   `json:"v,omitempty"`
	SaidAt      int64                   `json:"sa,omitempty"`
	Title       string                  `json:"t,omitempty"`
	Severity    string                  `json:"s,omitempty"`
	RawSeverity string                  `json:"rs,omitempty"`
	Services    []string                `json:"sv,omitempty"`
	Environment string                  `json:"e,omitempty"`
	Status      string                  `json:"st,omitempty"`
	URL         string                  `json:"u,omitempty"`
	DetectedBy  string                  `json:"d,omitempty"`
	Times       map[string]storedMoment `json:"m,omitempty"`
	Maintenance bool                    `json:"mt,omitempty"`
	Deleted     bool                    `json:"x,omitempty"`
	DuplicateOf string                  `json:"do,omitempty"`
	Postmortem  string                  `json:"pm,omitempty"`
	Alerts      []string                `json:"aa,omitempty"`
	Changes     []string                `json:"ch,omitempty"`
	SLOs        []string                `json:"so,omitempty"`
}

type storedMoment struct {
	At  int64 `json:"a,omitempty"`
	Day bool  `json:"d,omitempty"`
}

type storedSignal struct {
	At           int64             `json:"a"`
	Fingerprint  string            `json:"f"`
	StartsAt     int64             `json:"s"`
	EndsAt       int64             `json:"e,omitempty"`
	Name         string            `json:"n,omitempty"`
	Labels       map[string]string `json:"l,omitempty"`
	Annotations  map[string]string `json:"an,omitempty"`
	Severity     string            `json:"sv,omitempty"`
	Service      string            `json:"se,omitempty"`
	Paging       bool              `json:"p,omitempty"`
	AckedAt      int64             `json:"k,omitempty"`
	AckedBy      string            `json:"kb,omitempty"`
	Notification string            `json:"no,omitempty"`
	Truncated    int               `json:"tr,omitempty"`
	Dedup        string            `json:"dd,omitempty"`
	Page         bool              `json:"pg,omitempty"`
}

type storedChange struct {
	At          int64    `json:"a"`
	ID          string   `json:"i"`
	Service     string   `json:"s,omitempty"`
	Environment string   `json:"e,omitempty"`
	Kind        string   `json:"k,omitempty"`
	Outcome     string   `json:"o,omitempty"`
	Artifact    string   `json:"ar,omitempty"`
	Title       string   `json:"t,omitempty"`
	URL         string   `json:"u,omitempty"`
	Author      string   `json:"au,omitempty"`
	Committed   int64    `json:"c,omitempty"`
	Incidents   []string `json:"in,omitempty"`
	Freeze      bool     `json:"fr,omitempty"`
	Rollback    bool     `json:"rb,omitempty"`
}

type storedDrill struct {
	At       int64    `json:"a"`
	ID       string   `json:"i"`
	Title    string   `json:"t,omitempty"`
	Services []string `json:"s,omitempty"`
	Outcome  string   `json:"o,omitempty"`
	Detect   *int64   `json:"d,omitempty"` // microseconds
	Diagnose *int64   `json:"g,omitempty"`
	Recover  *int64   `json:"r,omitempty"`
	Document string   `json:"p,omitempty"`
}

type storedObservation struct {
	At         int64     `json:"a"`
	Instance   string    `json:"i,omitempty"`
	Database   string    `json:"db,omitempty"`
	User       string    `json:"u,omitempty"`
	Digest     string    `json:"d"`
	Tag        string    `json:"t,omitempty"`
	Count      int64     `json:"n"`
	Seconds    float64   `json:"s"`
	Times      []float64 `json:"ts,omitempty"`
	Examined   int64     `json:"x,omitempty"`
	Sent       int64     `json:"r,omitempty"`
	Cumulative bool      `json:"c,omitempty"`
	Since      int64     `json:"si,omitempty"`
	OneIn      int       `json:"oi,omitempty"`
}

type storedTicket struct {
	At       int64  `json:"a"`
	ID       string `json:"i"`
	URL      string `json:"u,omitempty"`
	Status   string `json:"s,omitempty"`
	Title    string `json:"t,omitempty"`
	Assignee string `json:"w,omitempty"`
}

// encodeBody is the stored form of a fact's body. The statement of an observation
// is stored once a digest.
func (b *batch) encodeBody(f *feed.Fact) ([]byte, error) {
	if f.Kind == feed.SQL {
		if err := b.statement(f.SQL); err != nil {
			return nil, err
		}
	}
	row, err := json.Marshal(formOf(f))
	return row, fault.Wrap(fault.Invalid, "ledger.encode", "a feed gave a number that cannot be stored", err)
}

// formOf is the body of a fact as it is stored.
func formOf(f *feed.Fact) any {
	switch f.Kind {
	case feed.Incident:
		return storeVoice(f)
	case feed.Alert:
		return storeSignal(f)
	case feed.Change:
		return storeChange(f)
	case feed.Drill:
		return storeDrill(f)
	case feed.Ticket:
		t := f.Ticket
		return storedTicket{At: micros(f.At), ID: t.ID, URL: t.URL, Status: t.Status, Title: t.Title, Assignee: t.Assignee}
	case feed.SQL:
		return storeObservation(f)
	}
	return nil
}

func (b *batch) statement(o *sql.Observation) error {
	if o.Digest == "" || o.Statement == "" {
		return nil
	}
	_, err := b.w.Swap(bStatement, []byte(field(o.Digest)), nil, []byte(o.Statement))
	return err
}

func storeVoice(f *feed.Fact) storedVoice {
	v := f.Incident
	s := storedVoice{
		At: micros(f.At), Form: v.Form, Ref: v.Ref, Aliases: v.Aliases, Rev: v.Rev, SaidAt: micros(v.At),
		Title: v.Title, Severity: v.Severity, RawSeverity: v.RawSeverity, Services: v.Services,
		Environment: v.Environment, Status: v.Status, URL: v.URL, DetectedBy: v.DetectedBy,
		Maintenance: v.Maintenance, Deleted: v.Deleted, DuplicateOf: v.DuplicateOf, Postmortem: v.PostmortemID,
		Alerts: v.Alerts, Changes: v.Changes, SLOs: v.SLOs,
	}
	if len(v.Times) > 0 {
		s.Times = make(map[string]storedMoment, len(v.Times))
	}
	for m, at := range v.Times {
		s.Times[string(m)] = storedMoment{micros(at.At), at.DayOnly}
	}
	return s
}

func storeSignal(f *feed.Fact) storedSignal {
	s := f.Alert
	return storedSignal{
		At: micros(f.At), Fingerprint: s.Fingerprint, StartsAt: micros(s.StartsAt), EndsAt: micros(s.EndsAt),
		Name: s.Name, Labels: s.Labels, Annotations: s.Annotations, Severity: s.Severity, Service: s.Service,
		Paging: s.Paging, AckedAt: micros(s.AckedAt), AckedBy: s.AckedBy, Notification: s.Notification, Truncated: s.Truncated, Dedup: s.Dedup, Page: s.Page,
	}
}

func storeChange(f *feed.Fact) storedChange {
	c := f.Change
	return storedChange{
		At: micros(f.At), ID: c.ID, Service: c.Service, Environment: c.Environment, Kind: c.Kind, Outcome: c.Outcome,
		Artifact: c.Artifact, Title: c.Title, URL: c.URL, Author: c.Author, Committed: micros(c.Committed),
		Incidents: c.Incidents, Freeze: c.Freeze, Rollback: c.Rollback,
	}
}

func storeDrill(f *feed.Fact) storedDrill {
	d := f.Drill
	return storedDrill{
		At: micros(f.At), ID: d.ID, Title: d.Title, Services: d.Services, Outcome: d.Outcome,
		Detect: microsOf(d.Detect), Diagnose: microsOf(d.Diagnose), Recover: microsOf(d.Recover), Document: d.Document,
	}
}

func storeObservation(f *feed.Fact) storedObservation {
	o := f.SQL
	return storedObservation{
		At: micros(f.At), Instance: o.Instance, Database: o.Database, User: o.User, Digest: o.Digest, Tag: o.Tag,
		Count: o.Count, Seconds: o.Seconds, Times: o.Times, Examined: o.RowsExamined, Sent: o.RowsSent,
		Cumulative: o.Cumulative, Since: micros(o.Since), OneIn: o.OneIn,
	}
}

// readFact makes the fact of a row of ledger.fact.
func readFact(key, row []byte) (f feed.Fact, err error) {
	const op = "ledger.readFact"
	parts, ok := kv.Split(key)
	if !ok || len(parts) != 4 {
		return f, fault.Newf(fault.Internal, op, "a stored fact has the key %q", key)
	}
	rev, body, err := splitFact(row)
	if err != nil {
		return f, err
	}
	f = feed.Fact{Kind: feed.Kind(parts[0]), Source: parts[1], Entity: parts[2], Key: parts[3], Rev: rev}
	return f, fault.Wrap(fault.Internal, op, "a stored fact cannot be read; `postern check` says which", readBody(&f, body))
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func microsOf(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := d.Microseconds()
	return &n
}

// durationOf is unknown for what no drill can have taken: rows that were stored
// before there were bounds.
func durationOf(n *int64) *time.Duration {
	if n == nil || !feed.DrillTime().Holds(float64(*n)/1e6) {
		return nil
	}
	d := time.Duration(*n) * time.Microsecond
	return &d
}
