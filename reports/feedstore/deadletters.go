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

const (
	bodyIDBytes = 16
	// maxExcerpt bounds what a dead letter shows of its item, in bytes.
	maxExcerpt = 4 << 10
	maxReason  = 500
	// wholeBody is the item number of a letter about the body as a whole.
	wholeBody = 0
)

// DeadLetter is one item that could not be used.
type DeadLetter struct {
	ID       string // 56 hex digits
	Source   string
	Format   string
	Received time.Time // first
	Index    int       // of the item in the body
	Reason   string
	Excerpt  string // beginning of the item as it came, or of the body; not escaped
	Times    int    // how often it came
	// Whole says that the body was not the format at all.
	Whole bool
	// OverBudget says that the letter is of all that a source brought over its budget
	// in one hour: Times counts the facts, Excerpt has the first of them.
	OverBudget bool
	// Unkept says that the body was refused before it was read, and is not there:
	// Times counts such bodies of the source in the hour.
	NotStored bool
}

// storedLetter is a row of ledger.letter; when it was first received is in its key.
type storedDeadLetter struct {
	Source  string `json:"s"`
	Format  string `json:"f"`
	Reason  string `json:"r"`
	Excerpt []byte `json:"x,omitempty"`
	Times   int    `json:"n"`
	Whole   bool   `json:"w,omitempty"`
	// Of what was over budget: the hour, in seconds since 1970, how many facts are
	// kept, and whether there was no room for more. Times counts them all.
	Hour int64 `json:"h,omitempty"`
	Kept int   `json:"k,omitempty"`
	Full bool  `json:"l,omitempty"`
	// Unkept says that there is no body (unkept.go); First is when the first such body
	// of the hour came, in microseconds since 1970.
	NotStored bool  `json:"u,omitempty"`
	First     int64 `json:"t,omitempty"`
}

// letters brings the dead letters of one body up to date: those of items that
// cannot be used are kept, those of items that can be used by now go away. A body
// that comes again adds none.
func (b *batch) letters(j *job, rejected []feed.Rejection) error {
	if j.format == recorded || j.format == overFormat {
		return nil // the caller has the facts in hand; overLetter keeps the others
	}
	if j.refused != "" {
		rejected = []feed.Rejection{{Index: wholeBody, Reason: j.refused}}
	}
	row, err := b.w.Get(bBody, j.letters[:])
	if err != nil || row == nil && (len(rejected) == 0 || j.retry) {
		return err // a retry of what was dismissed meanwhile leaves no new letters
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
		l := storedDeadLetter{
			Source: j.source, Format: j.format, Reason: clip(r.Reason, maxReason), Excerpt: r.Raw, Whole: j.refused != "",
			Times: known[r.Index],
		}
		if len(l.Excerpt) == 0 {
			l.Excerpt = j.input.Body
		}
		l.Excerpt = l.Excerpt[:min(len(l.Excerpt), maxExcerpt)]
		if !j.retry {
			l.Times++
		}
		value, err := json.Marshal(l)
		if err != nil {
			return fault.Wrap(fault.Internal, "ledger.letter", "", err)
		}
		if err := b.w.Put(bLetter, deadLetterKey(first, j.letters[:], r.Index), value); err != nil {
			return err
		}
	}
	return nil
}

// takeLetters removes the letters of a body and says how often each had come.
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

func deadLetterKey(first time.Time, body []byte, index int) []byte {
	return binary.BigEndian.AppendUint32(append(kv.TimeKey(first), body...), uint32(index))
}

// letterKeyBytes is the length of a letterKey.
const deadLetterKeyBytes = 8 + bodyIDBytes + 4

func deadLetterOf(key, value []byte) (DeadLetter, error) {
	var l storedDeadLetter
	if err := json.Unmarshal(value, &l); err != nil {
		return DeadLetter{}, fault.Wrap(fault.Internal, "ledger.letter", "a stored dead letter cannot be read", err)
	}
	if len(key) != deadLetterKeyBytes {
		return DeadLetter{}, fault.Newf(fault.Internal, "ledger.letter", "a stored dead letter has a key of %d bytes", len(key))
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

func deadLetterKeyOf(id string) ([]byte, error) {
	key, err := hex.DecodeString(id)
	if err != nil || len(key) != deadLetterKeyBytes {
		return nil, errNoDeadLetter()
	}
	return key, nil
}

func errNoDeadLetter() error {
	return fault.New(fault.NotFound, "ledger.letter", "there is no such dead letter; it was dismissed, or its body was understood meanwhile")
}

// RetryDeadLetter reads the body of a dead letter again, as a newer Postern or a
// mended definition may understand it. What is understood now is stored and its
// letters go away; the answer is about the whole body.
func (l *Store) RetryDeadLetter(ctx context.Context, id string) (Result, error) {
	const op = "ledger.RetryDeadLetter"
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

// DismissDeadLetter forgets one dead letter for good, and its body with the last
// one of it.
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

// forgetBody drops the body that a removed letter spoke of, unless another letter
// does.
func forgetBody(w kv.Writer, letter []byte) error {
	from, to := kv.Prefix(letter[:8+bodyIDBytes])
	for _, err := range w.Scan(bLetter, from, to) {
		return err
	}
	return w.Delete(bBody, letter[8:8+bodyIDBytes])
}

// hourLetter reads the one letter that a source has for an hour into l; there is false
// when it has none yet. One that cannot be read begins again, as counters do: what comes
// now must not be refused because of it.
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

func (b *batch) putDeadLetter(key []byte, l storedDeadLetter) error {
	value, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap(fault.Internal, "ledger.letter", "", err)
	}
	return b.w.Put(bLetter, key, value)
}
