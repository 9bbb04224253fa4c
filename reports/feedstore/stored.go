package feedstore

import (
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/sql"
)

// The stored forms of the bodies of facts. They are JSON with short names,
// to which a newer build can add fields. Times are microseconds since 1970;
// 0 is none. The first field is the time of the fact: of two versions of a
// loose fact the lesser row is retained, which is usually the earlier one.

// storedVoice is an incident report.
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

// storedMoment is a milestone of an incident report.
type storedMoment struct {
	At  int64 `json:"a,omitempty"`
	Day bool  `json:"d,omitempty"`
}

// storedSignal is an alert signal.
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

// storedChange is a change.
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

// storedDrill is a drill; durations are microseconds.
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

// storedObservation is an observation of a slow statement.
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

// storedTicket is a ticket event.
type storedTicket struct {
	At       int64  `json:"a"`
	ID       string `json:"i"`
	URL      string `json:"u,omitempty"`
	Status   string `json:"s,omitempty"`
	Title    string `json:"t,omitempty"`
	Assignee string `json:"w,omitempty"`
}

// encodeBody returns the stored body of a fact, and stores its statement
// separately.
func (b *batch) encodeBody(f *feed.Fact) ([]byte, error) {
	if f.Kind == feed.SQL {
		if err := b.statement(f.SQL); err != nil {
			return nil, err
		}
	}
	row, err := json.Marshal(formOf(f))
	return row, fault.Wrap(fault.Invalid, "feedstore.encode", "a feed gave a number that cannot be stored", err)
}

// formOf returns the stored form of a fact's body; nil for a bucket, which is stored in
// its day.
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

// statement stores the text of a digest, once: equal digests have equal texts.
func (b *batch) statement(o *sql.Observation) error {
	if o.Digest == "" || o.Statement == "" {
		return nil
	}
	_, err := b.w.Swap(bStatement, []byte(field(o.Digest)), nil, []byte(o.Statement))
	return err
}

// storeVoice is the inverse of readVoice.
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

// storeSignal is the inverse of readSignal.
func storeSignal(f *feed.Fact) storedSignal {
	s := f.Alert
	return storedSignal{
		At:           micros(f.At),
		Fingerprint:  s.Fingerprint,
		StartsAt:     micros(s.StartsAt),
		EndsAt:       micros(s.EndsAt),
		Name:         s.Name,
		Labels:       s.Labels,
		Annotations:  s.Annotations,
		Severity:     s.Severity,
		Service:      s.Service,
		Paging:       s.Paging,
		AckedAt:      micros(s.AckedAt),
		AckedBy:      s.AckedBy,
		Notification: s.Notification,
		Truncated:    s.Truncated,
		Dedup:        s.Dedup,
		Page:         s.Page,
	}
}

// storeChange is the inverse of readChange.
func storeChange(f *feed.Fact) storedChange {
	c := f.Change
	return storedChange{
		At: micros(f.At), ID: c.ID, Service: c.Service, Environment: c.Environment, Kind: c.Kind, Outcome: c.Outcome,
		Artifact: c.Artifact, Title: c.Title, URL: c.URL, Author: c.Author, Committed: micros(c.Committed),
		Incidents: c.Incidents, Freeze: c.Freeze, Rollback: c.Rollback,
	}
}

// storeDrill is the inverse of readDrill.
func storeDrill(f *feed.Fact) storedDrill {
	d := f.Drill
	return storedDrill{
		At: micros(f.At), ID: d.ID, Title: d.Title, Services: d.Services, Outcome: d.Outcome,
		Detect: microsOf(d.Detect), Diagnose: microsOf(d.Diagnose), Recover: microsOf(d.Recover), Document: d.Document,
	}
}

// storeObservation is the inverse of readObservation.
func storeObservation(f *feed.Fact) storedObservation {
	o := f.SQL
	return storedObservation{
		At: micros(f.At), Instance: o.Instance, Database: o.Database, User: o.User, Digest: o.Digest, Tag: o.Tag,
		Count: o.Count, Seconds: o.Seconds, Times: o.Times, Examined: o.RowsExamined, Sent: o.RowsSent,
		Cumulative: o.Cumulative, Since: micros(o.Since), OneIn: o.OneIn,
	}
}

// readFact returns the fact of a row of ledger.fact.
func readFact(key, row []byte) (f feed.Fact, err error) {
	const op = "feedstore.readFact"
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

// micros returns the stored form of a time; 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the inverse of micros.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// microsOf returns the stored form of a duration that may be unknown.
func microsOf(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := d.Microseconds()
	return &n
}

// durationOf is the inverse of microsOf. A duration that no drill can take
// is unknown: older builds stored such ones.
func durationOf(n *int64) *time.Duration {
	if n == nil || !feed.DrillTime().Holds(float64(*n)/1e6) {
		return nil
	}
	d := time.Duration(*n) * time.Microsecond
	return &d
}
