package register

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// maxText bounds every text of an entry, in bytes.
const maxText = 2000

// Years between which an incident can lie: durations between times thousands of
// years apart do not fit their type. The ledger holds senders to the same.
const firstYear, lastYear = 1990, 2100

// Source is the source of what people enter in the portal.
const Source = "portal"

// storedEdit is an incident.Edit as it is stored.
type storedEdit struct {
	Who    string   `json:"who"`
	Action string   `json:"action"`
	Into   string   `json:"into,omitempty"`
	Refs   []string `json:"refs"`
	Field  string   `json:"field,omitempty"`
	Value  string   `json:"value,omitempty"`
	Why    string   `json:"why"`
}

// storedEntry is a person's incident as it is stored.
type storedEntry struct {
	Who      string               `json:"who"`
	At       time.Time            `json:"at"`
	Rev      int64                `json:"rev"`
	Title    string               `json:"title"`
	Severity string               `json:"severity,omitempty"`
	Services []string             `json:"services,omitempty"`
	Aliases  []string             `json:"aliases,omitempty"`
	Times    map[string]time.Time `json:"times,omitempty"`
}

// storedDecision is a sql.Decision as it is stored.
type storedDecision struct {
	Who      string `json:"who"`
	Digest   string `json:"digest"`
	Database string `json:"database,omitempty"`
	State    string `json:"state"`
	Team     string `json:"team,omitempty"`
	Why      string `json:"why,omitempty"`
}

// Edit keeps a correction of an incident. Who and when are set here from who and
// the clock. It is fault.Invalid when the edit says nothing sensible and
// fault.NotFound when it names an incident that is not there.
func (r *Register) Edit(ctx context.Context, who string, e incident.Edit) error {
	e.At, e.Who = r.opt.Now().UTC().Truncate(time.Microsecond), who
	if err := e.Check(); err != nil {
		return err
	}
	f, err := r.incidentsNow(ctx)
	if err != nil {
		return err
	}
	for _, ref := range append(slices.Clone(e.Refs), e.Into) {
		if _, ok := f.byName[ref]; !ok && ref != "" {
			return fault.Newf(fault.NotFound, "register.Edit", "there is no incident called %q", ref)
		}
	}
	return r.append(ctx, bEdit, e.At, storedEdit{e.Who, e.Action, e.Into, e.Refs, e.Field, e.Value, e.Why})
}

// Decide keeps what a person said of a slow statement.
func (r *Register) Decide(ctx context.Context, who string, d sql.Decision) error {
	const op = "register.Decide"
	switch {
	case d.State != sql.Assigned && d.State != sql.Fixed && d.State != sql.New:
		return fault.New(fault.Invalid, op, "the state is assigned, fixed or new")
	case d.State == sql.Assigned && strings.TrimSpace(d.Team) == "":
		return fault.New(fault.Invalid, op, "say which team it is assigned to")
	case len(d.Digest) != 16 || len(d.Database)+len(d.Team)+len(d.Why) > maxText:
		return fault.New(fault.Invalid, op, "the digest has 16 hexadecimal digits, and the texts are short")
	}
	return r.append(ctx, bDecision, r.opt.Now(), storedDecision{who, d.Digest, d.Database, string(d.State), d.Team, d.Why})
}

// Enter keeps an incident that a person tells of, and gives its ref. A ref that
// is there already gets a new revision.
func (r *Register) Enter(ctx context.Context, who string, v incident.Voice) (ref string, err error) {
	const op = "register.Enter"
	now := r.opt.Now().UTC().Truncate(time.Microsecond)
	s := storedEntry{Who: who, At: now, Rev: 1, Title: strings.TrimSpace(v.Title), Severity: v.Severity, Services: v.Services, Aliases: v.Aliases,
		Times: map[string]time.Time{}}
	for _, text := range slices.Concat([]string{s.Title, s.Severity, v.Ref}, s.Services, s.Aliases) {
		if len(text) > maxText {
			return "", fault.Newf(fault.Invalid, op, "a text of the entry is longer than %d bytes", maxText)
		}
	}
	if s.Title == "" {
		return "", fault.New(fault.Invalid, op, "give the incident a title")
	}
	if v.Times[incident.Started].At.IsZero() {
		return "", fault.New(fault.Invalid, op, "say when impact started")
	}
	for m, at := range v.Times {
		if y := at.At.UTC().Year(); !at.At.IsZero() && (y < firstYear || y > lastYear) {
			return "", fault.Newf(fault.Invalid, op, "%s is not between the years %d and %d", m, firstYear, lastYear)
		}
		if !at.At.IsZero() {
			s.Times[string(m)] = at.At.UTC()
		}
	}
	if ref = v.Ref; ref == "" {
		sum := sha256.Sum256([]byte(who + "\x00" + s.Title + now.String()))
		ref = "E-" + now.Format("20060102") + "-" + hex.EncodeToString(sum[:2])
	}
	return ref, r.opt.DB.Update(ctx, func(w kv.Writer) error {
		old, err := w.Get(bEntry, kv.Join(ref))
		if err != nil {
			return err
		}
		if old != nil {
			var before storedEntry
			if err := json.Unmarshal(old, &before); err != nil {
				return fault.Wrap(fault.Internal, op, "a stored entry cannot be read", err)
			}
			s.Rev = before.Rev + 1
		}
		return put(w, bEntry, kv.Join(ref), s)
	})
}

// append stores a line at the end of a bucket of lines.
func (r *Register) append(ctx context.Context, bucket string, at time.Time, line any) error {
	return r.opt.DB.Update(ctx, func(w kv.Writer) error {
		n, err := kv.Number(w, bMeta, []byte(seqKey))
		if err != nil {
			return err
		}
		return put(w, bucket, binary.BigEndian.AppendUint64(kv.TimeKey(at), n+1), line)
	})
}

// put stores a value and moves the register's number.
func put(w kv.Writer, bucket string, key []byte, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fault.Wrap(fault.Internal, "register.put", "", err)
	}
	if err := kv.AddNumber(w, bMeta, []byte(seqKey), 1); err != nil {
		return err
	}
	return w.Put(bucket, key, b)
}

func (r *Register) seq(ctx context.Context) (n uint64, err error) {
	err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
		n, err = kv.Number(rd, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}
