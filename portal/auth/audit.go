package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// maxAuditText bounds each text of an entry, in bytes: names of refs and documents fit,
// and a client that is refused repeatedly cannot write much.
const maxAuditText = 512

// Entry is one line of the audit log. Refusals are recorded as well as what was done,
// with the kind of the fault as the result. The JSON is stored and hashed: fields may
// be added, never renamed.
type Entry struct {
	Number  uint64    `json:"-"` // from 1, without gaps; set by Append
	Time    time.Time `json:"time"`
	Who     string    `json:"who,omitempty"`    // the token's name
	TokenID string    `json:"token,omitempty"`  // "" for the Unix socket and for an unknown client
	IP      string    `json:"ip,omitempty"`     // of the client
	Action  string    `json:"action"`           // "push", "token.create", "restore", …
	Object  string    `json:"object,omitempty"` // what was changed: a ref, a token id
	Old     string    `json:"old,omitempty"`    // the state before, such as a commit
	New     string    `json:"new,omitempty"`
	Result  string    `json:"result"` // "done", or the kind of the refusal
}

// Head is the state of the whole log. A copy stored elsewhere proves later that no
// entry up to it was changed or removed.
type Head struct {
	Number uint64 // of the last entry; 0 for an empty log
	Hash   string // hexadecimal
}

// Audit is the append-only log. The hash of each entry covers the hash before it, so
// that an entry cannot be changed or removed without rewriting all later ones:
//
//	hash(n) = SHA-256(hash(n-1), n as 8 bytes big endian, the JSON as stored)
//
// where hash(0) is 32 zero bytes. The first two inputs have fixed lengths, so no two
// entries hash the same bytes.
type Audit struct {
	db  kv.DB
	now func() time.Time
}

// NewAudit returns the log over a database opened with Schema.
func NewAudit(db kv.DB, now func() time.Time) *Audit { return &Audit{db: db, now: now} }

// Append writes one entry durably. It sets Number and Time; texts are cut to 512 bytes
// and made valid UTF-8.
func (a *Audit) Append(ctx context.Context, e Entry) error {
	return a.db.Update(ctx, func(w kv.Writer) error { return a.AppendIn(w, e) })
}

// AppendIn is Append within a transaction: the entry is written if and only if the
// action it records is.
func (a *Audit) AppendIn(w kv.Writer, e Entry) error {
	e.Time = a.now().UTC()
	for _, text := range []*string{&e.Who, &e.TokenID, &e.IP, &e.Action, &e.Object, &e.Old, &e.New, &e.Result} {
		*text = cut(*text)
	}
	stored, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap(fault.Internal, "auth.Audit.Append", "", err)
	}
	number, before, err := lastEntry(w)
	if err != nil {
		return err
	}
	sum := chain(before, number+1, stored)
	return w.Put(auditBucket, auditKey(number+1), append(sum, stored...))
}

// Entries returns up to limit entries before a number, newest first; before 0 starts at
// the end. To read further, pass the number of the last entry. An entry that cannot be
// decoded is left out and counted as damage.
func (a *Audit) Entries(ctx context.Context, before uint64, limit int) (entries []Entry, err error) {
	var to []byte
	if before > 0 {
		to = auditKey(before)
	}
	err = a.db.View(ctx, func(r kv.Reader) error {
		entries = nil
		for it, err := range r.ScanBack(auditBucket, nil, to) {
			if err != nil || len(entries) >= limit {
				return err
			}
			e, _, err := decodeEntry(it)
			if err != nil {
				kv.Skip(r, auditBucket, it.Key, err)
				continue
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, err
}

// Verify reads the whole log and returns its state. The error names the first entry
// whose hash does not follow from the one before. Entries that were cut off from the
// end are not noticed here: only a Head that was stored elsewhere shows that.
func (a *Audit) Verify(ctx context.Context) (head Head, err error) {
	const op = "auth.Audit.Verify"
	err = a.db.View(ctx, func(r kv.Reader) error {
		before, number := make([]byte, sha256.Size), uint64(0)
		for it, err := range r.Scan(auditBucket, nil, nil) {
			if err != nil {
				return err
			}
			number++
			if len(it.Value) < sha256.Size || !bytes.Equal(it.Key, auditKey(number)) ||
				!bytes.Equal(it.Value[:sha256.Size], chain(before, number, it.Value[sha256.Size:])) {
				return fault.Newf(fault.Internal, op, "the audit log was changed outside of Postern, or a row of it is damaged: entry %d "+
					"does not follow from the one before it", number)
			}
			before = it.Value[:sha256.Size]
		}
		head = Head{Number: number, Hash: hex.EncodeToString(before)}
		return nil
	})
	if err != nil {
		return Head{}, err
	}
	return head, nil
}

// lastEntry returns the number and the hash that the next entry follows. Numbers of
// entries that cannot be read are not used again.
func lastEntry(r kv.Reader) (number uint64, sum []byte, err error) {
	for it, err := range r.ScanBack(auditBucket, nil, nil) {
		if err != nil {
			return 0, nil, err
		}
		e, last, err := decodeEntry(it)
		if err != nil {
			return 0, nil, err
		}
		number, sum = e.Number, last
		break
	}
	if sum == nil {
		sum = make([]byte, sha256.Size)
	}
	for { // an unreadable entry keeps its number
		_, err := r.Get(auditBucket, auditKey(number+1))
		if !kv.Unreadable(err) {
			return number, sum, err
		}
		number++
	}
}

// decodeEntry returns a stored entry and its hash, which shares the memory of the row.
func decodeEntry(it kv.Item) (e Entry, sum []byte, err error) {
	const op = "auth.decodeEntry"
	number, ok := kv.SeqOf(it.Key)
	if !ok || len(it.Value) < sha256.Size {
		return Entry{}, nil, fault.New(fault.Internal, op, "an entry of the audit log cannot be read")
	}
	if err := json.Unmarshal(it.Value[sha256.Size:], &e); err != nil {
		return Entry{}, nil, fault.Wrap(fault.Internal, op, "an entry of the audit log cannot be read", err)
	}
	e.Number = uint64(number)
	return e, it.Value[:sha256.Size], nil
}

// chain returns the hash of an entry, which covers the hash before it, so that entries
// cannot be exchanged, either.
func chain(before []byte, number uint64, stored []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(auditKey(number))
	h.Write(stored)
	return h.Sum(nil)
}

// auditKey returns the key of an entry. Keys sort by number.
func auditKey(number uint64) []byte { return kv.Seq(number).Bytes() }

// cut returns at most maxAuditText bytes of a text, as valid UTF-8: a character that
// was split at the bound is replaced.
func cut(text string) string {
	if len(text) > maxAuditText {
		text = text[:maxAuditText]
	}
	return strings.ToValidUTF8(text, "�")
}
