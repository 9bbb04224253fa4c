package kv_test

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// damaged is a bucket whose one row cannot be read.
type damaged struct {
	bucket
	seq    kv.Seq
	seqErr error
}

func (d damaged) Seq() (kv.Seq, error) { return d.seq, d.seqErr }

func TestVersionGrowsByOne(t *testing.T) {
	b, key := bucket{values: map[string][]byte{}}, []byte("v")
	for want := range uint64(4) {
		if n, err := kv.Version(b, "a", key); n != want || err != nil {
			t.Errorf("version %d, %v; want %d", n, err, want)
		}
		if err := kv.AddVersion(b, "a", key); err != nil {
			t.Fatal(err)
		}
	}
}

// A version that cannot be read is above all before it, and grows with the change log.
func TestUnreadableVersion(t *testing.T) {
	values := map[string][]byte{"v": []byte("not a number")}
	at := func(seq kv.Seq) uint64 {
		n, err := kv.Version(damaged{bucket: bucket{values: values}, seq: seq}, "a", []byte("v"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, second := at(5), at(6); first <= 1<<32 || second != first+1 {
		t.Errorf("versions %d, %d", first, second)
	}
	broken := fault.New(fault.Unavailable, "test", "closed")
	d := damaged{bucket: bucket{values: values}, seqErr: broken}
	if _, err := kv.Version(d, "a", []byte("v")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
	if err := kv.AddVersion(d, "a", []byte("v")); fault.KindOf(err) != fault.Unavailable || string(values["v"]) != "not a number" {
		t.Errorf("error %v, stored %q", err, values["v"])
	}
}

func TestBoundsOfKeysAndValues(t *testing.T) {
	key := func(n int) []byte { return []byte(strings.Repeat("k", n)) }
	for name, c := range map[string]struct {
		key, value []byte
		kind       fault.Kind
		ok         bool
	}{
		"no key":          {nil, nil, fault.Invalid, false},
		"one byte":        {key(1), nil, 0, true},
		"longest key":     {key(kv.MaxKeyBytes), nil, 0, true},
		"longer key":      {key(kv.MaxKeyBytes + 1), nil, fault.Invalid, false},
		"largest value":   {key(1), make([]byte, kv.MaxValueBytes), 0, true},
		"larger value":    {key(1), make([]byte, kv.MaxValueBytes+1), fault.TooLarge, false},
		"an empty value":  {key(1), []byte{}, 0, true},
		"both are beyond": {key(kv.MaxKeyBytes + 1), make([]byte, kv.MaxValueBytes+1), fault.Invalid, false},
	} {
		err := kv.CheckPut("a", c.key, c.value)
		if (err == nil) != c.ok || err != nil && fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	for topic, ok := range map[string]bool{"document": true, "": false, "a\x00b": false} {
		if err := kv.CheckTopic(topic); (err == nil) != ok {
			t.Errorf("topic %q: %v", topic, err)
		}
	}
}

func TestRowText(t *testing.T) {
	long := strings.Repeat("k", 130)
	for want, row := range map[string]kv.Row{
		`a.b "key"`:                 {Bucket: "a.b", Key: []byte("key")},
		`a.b ff00`:                  {Bucket: "a.b", Key: []byte{0xff, 0}},
		`a.b ""`:                    {Bucket: "a.b"},
		`a.b "` + long[:120] + `"…`: {Bucket: "a.b", Key: []byte(long)},
		`a.b "` + long[:120] + `"`:  {Bucket: "a.b", Key: []byte(long[:120])},
	} {
		if got := row.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
