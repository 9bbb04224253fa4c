package signals

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/sql"
)

// maxText bounds every text of an entry, in bytes.
const maxText = 2000

// Source is the source of what people enter in the portal.
const Source = "portal"

// storedEdit is an incident.Edit as it is stored. The time is in the key; fields may be
// added, none may change its meaning.
type storedEdit struct {
	Who    string   `json:"who"`
	Action string   `json:"action"`
	Into   string   `json:"into,omitempty"`
	Refs   []string `json:"refs"`
	Field  string   `json:"field,omitempty"`
	Value  string   `json:"value,omitempty"`
	Why    string   `json:"why"`
}

// storedDecision is a sql.Decision as it is stored, with the time in the key.
type storedDecision struct {
	Who      string `json:"who"`
	Digest   string `json:"digest"`
	Database string `json:"database,omitempty"`
	State    string `json:"state"`
	Team     string `json:"team,omitempty"`
	Why      string `json:"why,omitempty"`
}

// Decide stores a person's decision about a slow statement. It returns
// fault.Invalid if the decision is not valid.
func (r *Store) Decide(ctx context.Context, who string, d sql.Decision) error {
	const op = "signals.Decide"
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

// append adds a line to a bucket of lines.
func (r *Store) append(ctx context.Context, bucket string, at time.Time, line any) error {
	return r.opt.DB.Update(ctx, func(w kv.Writer) error { return appendLine(w, bucket, at, line) })
}

// appendLine adds a line to a bucket of lines, in order of time. The number of the
// write follows the time in the key, so that lines of one microsecond stay apart, in
// their order.
func appendLine(w kv.Writer, bucket string, at time.Time, line any) error {
	n, err := kv.Version(w, bMeta, []byte(seqKey))
	if err != nil {
		return err
	}
	return put(w, bucket, binary.BigEndian.AppendUint64(kv.TimeKey(at), n+1), line)
}

// put stores a value and changes Seq, so that cached views are computed again.
func put(w kv.Writer, bucket string, key []byte, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fault.Wrap(fault.Internal, "signals.put", "", err)
	}
	if err := kv.AddVersion(w, bMeta, []byte(seqKey)); err != nil {
		return err
	}
	return w.Put(bucket, key, b)
}

// seq returns the number of the last write.
func (r *Store) seq(ctx context.Context) (n uint64, err error) {
	err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
		n, err = kv.Version(rd, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}
