// Package ndjson decodes Postern's own feed: one JSON object per line, for
// SLI buckets, incidents with all of their milestones, changes and drills.
//
// A line has "v":1 (or none), a "type" and, by type, the fields of line.
// Its key is (source, type, id) or (source, sli, slo, start); a higher
// "rev" replaces. The "source" of the line wins over that of the request.
// Unknown fields are ignored; an unknown type or version is rejected, so
// that no data is lost silently. Items are numbered from 0, without blank
// lines.
//
// An incident line is a complete report: a milestone that is null or absent
// is unknown. A bucket has good or bad, and total; no line at all means
// that nothing was measured, while total 0 means that there was no traffic.
// Durations of a drill are seconds.
//
// A line that cannot be read is rejected with its number, and the lines
// around it are read nevertheless. docs/feeds.md has an example of each
// type.
package ndjson

import (
	"bytes"
	"encoding/json"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "ndjson"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "NDJSON",
		Sends:     "Postern's own: SLI buckets, incidents with all milestones, changes, drills",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 70},
		Lines:     true,
	}
}

// Decoder implements feed.Decoder. It has no state and may be used by many
// goroutines.
type Decoder struct{}

// line has every field of every type. It is one struct for all types because the type
// is a field of the object itself; a line is parsed once. Fields of other types than
// the line's own are ignored.
type line struct {
	V      json.Number `json:"v"`
	Type   string      `json:"type"`
	Source string      `json:"source"`
	Rev    int64       `json:"rev"`

	// sli. The counts are pointers: null and absent differ from 0, which is a count.
	// coverage is the measured share of the bucket, 0 to 1; absent is 1. For len see
	// readLength.
	SLO      string          `json:"slo"`
	Start    string          `json:"start"`
	Len      json.RawMessage `json:"len"`
	Good     *float64        `json:"good"`
	Bad      *float64        `json:"bad"` // instead of good
	Total    *float64        `json:"total"`
	Coverage *float64        `json:"coverage"`

	// incident, change, drill. services and service are read together, so that a sender
	// may use either. time is that of a change or a drill.
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Services    []string `json:"services"`
	Service     string   `json:"service"`
	Environment string   `json:"environment"`
	URL         string   `json:"url"`
	Outcome     string   `json:"outcome"`
	Time        string   `json:"time"`

	// incident
	milestones
	Times        milestones `json:"times"` // as in front matter; the fields of the line win
	Severity     string     `json:"severity"`
	Status       string     `json:"status"`
	DetectedBy   string     `json:"detected_by"`
	Aliases      []string   `json:"aliases"`
	DuplicateOf  string     `json:"duplicate_of"`
	PostmortemID string     `json:"postmortem"`
	Alerts       []string   `json:"alerts"`
	Changes      []string   `json:"changes"`
	SLOs         []string   `json:"slos"`
	Maintenance  bool       `json:"maintenance"`
	Deleted      bool       `json:"deleted"`

	// change. kind is "deployed" when absent; committed is when the code was committed.
	Kind      string   `json:"kind"`
	Artifact  string   `json:"artifact"`
	Author    string   `json:"author"`
	Committed string   `json:"committed"`
	Incidents []string `json:"incidents"`
	Freeze    bool     `json:"freeze"`
	Rollback  bool     `json:"rollback"`

	// drill. An absent step is unknown, not 0; document is the document that the drill
	// exercised.
	Detect   *float64 `json:"detect_seconds"`
	Diagnose *float64 `json:"diagnose_seconds"`
	Recover  *float64 `json:"recover_seconds"`
	Document string   `json:"document"`
}

// milestones are times in RFC 3339, days, or null. null and "" mean unknown.
type milestones struct {
	Started      string `json:"started"`
	Detected     string `json:"detected"`
	Acknowledged string `json:"acknowledged"`
	Diagnosed    string `json:"diagnosed"`
	Mitigated    string `json:"mitigated"`
	Recovered    string `json:"recovered"`
	Resolved     string `json:"resolved"`
}

// Decode implements feed.Decoder. It fails with fault.Invalid only if no line begins an
// object, because the body is then of another format. One such line is enough for all
// others to be rejected one by one, each as its own dead letter.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	objects, index := 0, 0
	// Some editors and exporters on Windows begin a file with a byte order mark.
	for raw := range bytes.Lines(bytes.TrimPrefix(in.Body, []byte("\xef\xbb\xbf"))) {
		raw = bytes.TrimSpace(raw)
		if len(raw) == 0 {
			continue
		}
		if raw[0] == '{' {
			objects++
		}
		f, err := fact(in.Source, raw)
		f.Item = index
		d.Take(f, false, err, raw)
		index++
	}
	if objects == 0 {
		return feed.Decoded{}, fault.New(
			fault.Invalid,
			"ndjson.Decode",
			`this is no NDJSON: no line is a JSON object; write one object a line, such as {"v":1,"type":"sli",…}`,
		)
	}
	return d, nil
}

// fact returns the fact of one line; source is that of the request, for a line that
// names none. It returns fault.Invalid if the line is not an object of a known type and
// version, or if a field of its type is missing or out of bounds.
func fact(source string, raw []byte) (f feed.Fact, err error) {
	const op = "ndjson.fact"
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return f, fault.Wrap(fault.Invalid, op, "the line cannot be read: "+feed.Trouble(err), err)
	}
	if v := l.V.String(); v != "" && v != "1" {
		return f, fault.Newf(fault.Invalid, op, "the line is of version %s; this Postern reads version 1", feed.Text(v))
	}
	if err := feed.Revision().Check("rev", float64(l.Rev)); err != nil {
		return f, err
	}
	if l.Source == "" {
		l.Source = source
	}
	f = feed.Fact{Source: feed.Text(l.Source), Rev: l.Rev, Entity: feed.Text(l.ID)}
	// The id is the entity of these types; a bucket has its SLO instead.
	if l.ID == "" && (l.Type == "incident" || l.Type == "change" || l.Type == "drill") {
		return f, fault.New(fault.Invalid, op, "id is missing")
	}
	switch l.Type {
	case "sli":
		err = l.bucket(&f)
	case "incident":
		err = l.incident(&f)
	case "change":
		err = l.change(&f)
	case "drill":
		err = l.drill(&f)
	default:
		err = fault.Newf(fault.Invalid, op, "the type is %q; it must be sli, incident, change or drill", feed.Text(l.Type))
	}
	return f, err
}
