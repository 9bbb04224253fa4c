package kv_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// part draws bytes that meet the separator and the escape often.
func part() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 3, 'a', 0xff}), 0, 5).Draw(t, "part"))
	})
}

func TestJoinKeepsPartsApartAndOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(part(), 1, 4).Draw(t, "a")
		b := rapid.SliceOfN(part(), 1, 4).Draw(t, "b")
		ka, kb := kv.Join(a...), kv.Join(b...)
		if got, ok := kv.Split(ka); !ok || !slices.Equal(got, a) {
			t.Fatalf("Split(Join(%q)) = %q, %v", a, got, ok)
		}
		if got, want := bytes.Compare(ka, kb), slices.Compare(a, b); got != want {
			t.Fatalf("keys of %q and %q compare %d, the parts %d", a, b, got, want)
		}
		from, to := kv.Under(a...)
		inside := bytes.Compare(from, kb) <= 0 && bytes.Compare(kb, to) < 0
		if want := len(b) > len(a) && slices.Equal(a, b[:len(a)]); inside != want {
			t.Fatalf("%q under %q: %v, want %v", b, a, inside, want)
		}
	})
}

func TestSplitRefusesWhatJoinNeverMakes(t *testing.T) {
	for _, key := range []string{"\x01", "a\x01\x00b", "\x01\x03", "\x01\x00"} {
		if parts, ok := kv.Split([]byte(key)); ok {
			t.Errorf("Split(%q) = %q, want a refusal", key, parts)
		}
	}
}

func TestPrefix(t *testing.T) {
	for _, c := range []struct{ p, from, to string }{
		{"", "", ""},
		{"a", "a", "b"},
		{"a\xff", "a\xff", "b"},
		{"\xff\xff", "\xff\xff", ""},
	} {
		from, to := kv.Prefix([]byte(c.p))
		if string(from) != c.from || string(to) != c.to || (c.to == "") != (to == nil) {
			t.Errorf("Prefix(%q) = %q, %q", c.p, from, to)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p, k := []byte(part().Draw(t, "p")), []byte(part().Draw(t, "k"))
		from, to := kv.Prefix(p)
		inside := bytes.Compare(from, k) <= 0 && (to == nil || bytes.Compare(k, to) < 0)
		if inside != bytes.HasPrefix(k, p) {
			t.Fatalf("%q in the range of prefix %q: %v", k, p, inside)
		}
	})
}

func TestTimeKeyOrdersAndReturns(t *testing.T) {
	at := rapid.Map(rapid.Int64Range(-62135596800, 253402300799), func(s int64) time.Time { return time.Unix(s, s&0xfffff*1000).UTC() })
	rapid.Check(t, func(t *rapid.T) {
		a, b := at.Draw(t, "a"), at.Draw(t, "b")
		if got, ok := kv.TimeOf(kv.TimeKey(a)); !ok || !got.Equal(a.Truncate(time.Microsecond)) {
			t.Fatalf("TimeOf(TimeKey(%v)) = %v, %v", a, got, ok)
		}
		if got := bytes.Compare(kv.TimeKey(a), kv.TimeKey(b)); got != a.Compare(b) {
			t.Fatalf("%v and %v: keys compare %d", a, b, got)
		}
	})
	if _, ok := kv.TimeOf([]byte("short")); ok {
		t.Error("a key of 5 bytes was read as a time")
	}
}

func TestLimits(t *testing.T) {
	if err := kv.CheckPut("a.b", bytes.Repeat([]byte("k"), kv.MaxKeyBytes), nil); err != nil {
		t.Errorf("the longest key: %v", err)
	}
	for _, key := range [][]byte{nil, {}, bytes.Repeat([]byte("k"), kv.MaxKeyBytes+1)} {
		if err := kv.CheckPut("a.b", key, nil); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a key of %d bytes: %v", len(key), err)
		}
	}
	if err := kv.CheckPut("a.b", []byte("k"), make([]byte, kv.MaxValueBytes+1)); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a value over the limit: %v", err)
	}
	if kv.CheckTopic("document") != nil || kv.CheckTopic("") == nil || kv.CheckTopic("a\x00") == nil {
		t.Error("topics are judged wrongly")
	}
}
