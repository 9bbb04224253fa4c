package feedstore

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// All dead letters of one body share its stored copy in ledger.body, by a
// hash of source, format and body. A body that is received again increases
// their counters, and a retry that accepts an item deletes its dead letter.
// The body goes with the last of them.

const (
	// bodyIDBytes is the length of the id of a body with dead letters.
	bodyIDBytes = 16
	// maxExcerpt bounds the excerpt of a dead letter, in bytes.
	maxExcerpt = 4 << 10
	// maxReason bounds the stored reason, in bytes.
	maxReason = 500
	// wholeBody is the item number of a dead letter about the whole body.
	wholeBody = 0
)

// DeadLetter is one rejected item of a feed, or one rejected body.
type DeadLetter struct {
	ID       string // 56 hex digits
	Source   string
	Format   string
	Received time.Time // first
	Index    int       // of the item in the body
	Reason   string
	Excerpt  string // beginning of the item, or of the body; not escaped
	Times    int    // how often it was received
	// Whole reports whether the body as a whole was rejected.
	Whole bool
	// OverBudget reports whether the dead letter is about everything that a
	// source brought over its budget in one hour: Times counts the facts, Excerpt
	// has the first of them.
	OverBudget bool
	// NotStored reports whether the body was refused before it was read, so
	// that it cannot be retried: Times counts such bodies of the source in
	// the hour.
	NotStored bool
}

// storedDeadLetter is a row of ledger.letter. The key has the time of the
// first receipt.
type storedDeadLetter struct {
	Source  string `json:"s"`
	Format  string `json:"f"`
	Reason  string `json:"r"`
	Excerpt []byte `json:"x,omitempty"`
	Times   int    `json:"n"`
	Whole   bool   `json:"w,omitempty"`
	// Hour, in seconds since 1970, is set for facts over budget. Kept is the
	// number of facts that are stored with it, Full reports whether others
	// did not fit. Times counts all.
	Hour int64 `json:"h,omitempty"`
	Kept int   `json:"k,omitempty"`
	Full bool  `json:"l,omitempty"`
	// NotStored reports that there is no body (refusals.go). First is the
	// receipt of the first such body of the hour, in microseconds since 1970.
	NotStored bool  `json:"u,omitempty"`
	First     int64 `json:"t,omitempty"`
}

// letters updates the dead letters of one body: rejected items get one,
// items that are accepted now lose theirs. A body that is received again
// adds none.
func (b *batch) letters(j *job, rejected []feed.Rejection) error {
	if j.format == recorded || j.format == overFormat {
		return nil // there is no body, or overBudgetDeadLetter updates its facts
	}
	if j.refused != "" {
		rejected = []feed.Rejection{{Index: wholeBody, Reason: j.refused}}
	}
	row, err := b.w.Get(bBody, j.letters[:])
	if err != nil || row == nil && (len(rejected) == 0 || j.retry) {
		return err // a retry of a body that was dismissed meanwhile adds no dead letters
	}
	first := j.received
	if len(row) >= 8 {
		first, _ = kv.TimeOf(row[:8])
	}
	known, err := b.removeDeadLetters(first, j)
	if err != nil {
		return err
	}
	b.wrote = true
	if len(rejected) == 0 {
		return b.w.Delete(bBody, j.letters[:])
	}
	if row == nil {
		if err := b.w.Put(bBody, j.letters[:], append(kv.TimeKey(first), j.raw...)); err != nil {
			return err
		}
	}
	for _, r := range rejected {
		if err := b.putDeadLetter(deadLetterKey(first, j.letters[:], r.Index), j.deadLetter(r, known[r.Index])); err != nil {
			return err
		}
	}
	return nil
}

// deadLetter returns the dead letter of a rejected item that was received some times
// before this. Without the raw item the excerpt is the beginning of the body. A retry
// is not a receipt and does not count.
func (j *job) deadLetter(r feed.Rejection, before int) storedDeadLetter {
	l := storedDeadLetter{
		Source: j.source, Format: j.format, Reason: clip(r.Reason, maxReason), Excerpt: r.Raw, Whole: j.refused != "",
		Times: before,
	}
	if len(l.Excerpt) == 0 {
		l.Excerpt = j.input.Body
	}
	l.Excerpt = l.Excerpt[:min(len(l.Excerpt), maxExcerpt)]
	if !j.retry {
		l.Times++
	}
	return l
}

// removeDeadLetters deletes the dead letters of a body and returns how
// often each item was received, by its index.
func (b *batch) removeDeadLetters(first time.Time, j *job) (times map[int]int, err error) {
	times = map[int]int{}
	from, to := kv.Prefix(append(kv.TimeKey(first), j.letters[:]...))
	for item, err := range b.w.Scan(bLetter, from, to) {
		if err != nil {
			return nil, err
		}
		var l storedDeadLetter
		if err := json.Unmarshal(item.Value, &l); err != nil {
			kv.Skip(b.w, bLetter, item.Key, err)
			continue
		}
		times[int(binary.BigEndian.Uint32(item.Key[8+bodyIDBytes:]))] = l.Times
		if err := b.w.Delete(bLetter, item.Key); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// deadLetterKey returns the key of a dead letter: its first receipt, its body, its
// item. It is also, in hexadecimal, the id that people see.
func deadLetterKey(first time.Time, body []byte, index int) []byte {
	return binary.BigEndian.AppendUint32(append(kv.TimeKey(first), body...), uint32(index))
}

// deadLetterKeyBytes is the length of a deadLetterKey.
const deadLetterKeyBytes = 8 + bodyIDBytes + 4

// deadLetterOf returns the dead letter of a row.
func deadLetterOf(key, value []byte) (DeadLetter, error) {
	var l storedDeadLetter
	if err := json.Unmarshal(value, &l); err != nil {
		return DeadLetter{}, fault.Wrap(fault.Internal, "feedstore.letter", "a stored dead letter cannot be read", err)
	}
	if len(key) != deadLetterKeyBytes {
		return DeadLetter{}, fault.Newf(fault.Internal, "feedstore.letter", "a stored dead letter has a key of %d bytes", len(key))
	}
	at, _ := kv.TimeOf(key[:8])
	if l.First != 0 {
		at = fromMicros(l.First)
	}
	return DeadLetter{
		ID: hex.EncodeToString(key), Source: l.Source, Format: l.Format, Received: at,
		Index: int(binary.BigEndian.Uint32(key[8+bodyIDBytes:])), Reason: l.Reason, Excerpt: string(l.Excerpt),
		Times: l.Times, Whole: l.Whole, OverBudget: l.Hour != 0, NotStored: l.NotStored,
	}, nil
}

// deadLetterKeyOf returns the key of the dead letter with an id;
// fault.NotFound if the id is malformed. Whether there is one is not examined.
func deadLetterKeyOf(id string) ([]byte, error) {
	key, err := hex.DecodeString(id)
	if err != nil || len(key) != deadLetterKeyBytes {
		return nil, errNoDeadLetter()
	}
	return key, nil
}

// errNoDeadLetter returns the error for an id that no dead letter has.
func errNoDeadLetter() error {
	return fault.New(fault.NotFound, "feedstore.letter", "there is no such dead letter; it was dismissed, or its body has been accepted since")
}

// RetryDeadLetter decodes the body of a dead letter again: a newer Postern
// or a corrected definition may accept it. Accepted items are stored and
// lose their dead letters. The result is about the whole body. It returns
// fault.NotFound if there is no such dead letter and fault.Unsupported if
// its body is not stored or its format is unknown.
func (l *Store) RetryDeadLetter(ctx context.Context, id string) (Result, error) {
	const op = "feedstore.RetryDeadLetter"
	key, err := deadLetterKeyOf(id)
	if err != nil {
		return Result{}, err
	}
	var head storedRaw
	var body []byte
	received := time.Time{}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		there, err := r.Get(bLetter, key)
		if err != nil {
			return err
		}
		if there == nil {
			return errNoDeadLetter()
		}
		row, err := r.Get(bBody, key[8:8+bodyIDBytes])
		if err != nil {
			return err
		}
		if len(row) < 8 {
			return fault.New(fault.Internal, op, "the body of this dead letter is missing")
		}
		received, _ = kv.TimeOf(row[:8])
		head, body, err = openRow(row[8:])
		return err
	})
	if err != nil {
		// The retry runs outside of this transaction; the commit checks again what is
		// there.
		return Result{}, err
	}
	if head.Format == notStoredFormat {
		return Result{}, errNotStored()
	}
	if head.Format == overFormat {
		return l.retryOver(ctx, key, head, body)
	}
	decoder := l.decoders[head.Format]
	if decoder == nil {
		return Result{}, fault.Newf(fault.Unsupported, op, "this Postern has no feed format %q", head.Format)
	}
	in := head.input(body)
	// A retried body keeps the time of its receipt, which a fact without a time has.
	in.Received = received
	j := l.job(head.Format, in)
	j.retry, j.now = true, l.opt.Now().UTC()
	copy(j.letters[:], key[8:])
	refused := j.decode(decoder, l.opt.Log)
	if err := l.define(ctx, j); err != nil {
		return Result{}, err
	}
	if err := l.commit.do(ctx, j); err != nil {
		return Result{}, err
	}
	return j.answer, refused
}

// DismissDeadLetter deletes one dead letter permanently, and its body if no
// other dead letter has the same. It returns fault.NotFound if there is
// none.
func (l *Store) DismissDeadLetter(ctx context.Context, id string) error {
	key, err := deadLetterKeyOf(id)
	if err != nil {
		return err
	}
	return l.opt.DB.Update(ctx, func(w kv.Writer) error {
		there, err := w.Get(bLetter, key)
		if err != nil {
			return err
		}
		if there == nil {
			return errNoDeadLetter()
		}
		return errors.Join(w.Delete(bLetter, key), forgetBody(w, key), kv.AddVersion(w, bMeta, []byte(seqKey)))
	})
}

// forgetBody deletes the body of a removed dead letter unless another one
// has the same.
func forgetBody(w kv.Writer, letter []byte) error {
	from, to := kv.Prefix(letter[:8+bodyIDBytes])
	for _, err := range w.Scan(bLetter, from, to) {
		return err
	}
	return w.Delete(bBody, letter[8:8+bodyIDBytes])
}

// hourlyDeadLetter reads the one dead letter of a source and hour into l;
// there is false if it has none yet. One that cannot be read restarts, as
// counters do: it must not block what arrives now.
func (b *batch) hourlyDeadLetter(key []byte, l *storedDeadLetter) (there bool, err error) {
	row, err := b.w.Get(bLetter, key)
	if kv.Unreadable(err) {
		return false, nil
	}
	if err != nil || row == nil {
		return false, err
	}
	var stored storedDeadLetter
	if err := json.Unmarshal(row, &stored); err != nil {
		kv.Skip(b.w, bLetter, key, err)
		return false, nil
	}
	*l = stored
	return true, nil
}

// putDeadLetter stores a dead letter under a new key or in place of its earlier state.
func (b *batch) putDeadLetter(key []byte, l storedDeadLetter) error {
	value, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap(fault.Internal, "feedstore.letter", "", err)
	}
	return b.w.Put(bLetter, key, value)
}
