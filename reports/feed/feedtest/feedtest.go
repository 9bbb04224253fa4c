// Package feedtest checks what every decoder must hold, for the decoders'
// tests: it does not panic, returns the same for the same body, and returns
// facts with exactly the body of their kind and rejections with a reason.
package feedtest

import (
	"net/textproto"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/reports/feed"
)

// Received returns the receipt of the inputs of Input.
func Received() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// Input returns a body from the source "test"; headers are names and values
// in turn. Names are looked up in any case, as those of a request are.
func Input(body string, headers ...string) feed.Input {
	h := map[string]string{}
	for i := 0; i+1 < len(headers); i += 2 {
		h[textproto.CanonicalMIMEHeaderKey(headers[i])] = headers[i+1]
	}
	return feed.Input{
		Body: []byte(body), ContentType: h["Content-Type"], Source: "test", Received: Received(),
		Header: func(name string) string { return h[textproto.CanonicalMIMEHeaderKey(name)] },
	}
}

// Decode decodes a body twice and checks what every decoder must hold: the second
// result equals the first (a decoder that iterates over a map, reads a clock or keeps
// state differs), a refused body is fault.Invalid with a message for its sender, and
// each rejection names its item. It ends the test at the first violation.
func Decode(t testing.TB, d feed.Decoder, in feed.Input) (feed.Decoded, error) {
	t.Helper()
	got, err := d.Decode(in)
	again, errAgain := d.Decode(in)
	if !reflect.DeepEqual(got, again) || (err == nil) != (errAgain == nil) {
		t.Fatalf("the same body said two things: %+v, %v and %+v, %v", got, err, again, errAgain)
	}
	if err != nil {
		if fault.KindOf(err) != fault.Invalid || fault.Message(err) == "" {
			t.Fatalf("a body is refused without words for its sender: %v", err)
		}
		return got, err
	}
	for _, r := range got.Rejected {
		if r.Reason == "" || r.Index < 0 {
			t.Fatalf("a rejection without a reason or an item: %+v", r)
		}
	}
	for i := range got.Facts {
		checkFact(t, &got.Facts[i])
	}
	return got, nil
}

// checkFact checks one fact: it has the body of its kind and no other, one source, an
// entity, a time and the index of its item. Folds read the body by kind without a nil
// check, so a wrong body would be a panic there.
func checkFact(t testing.TB, f *feed.Fact) {
	t.Helper()
	bodies := map[feed.Kind]bool{
		feed.SLI: f.Bucket != nil, feed.Incident: f.Incident != nil, feed.Alert: f.Alert != nil, feed.Change: f.Change != nil,
		feed.Drill: f.Drill != nil, feed.SQL: f.SQL != nil, feed.Ticket: f.Ticket != nil,
	}
	for kind, there := range bodies {
		if there != (kind == f.Kind) {
			t.Fatalf("a fact of kind %q with the body of %q: %+v", f.Kind, kind, f)
		}
	}
	// The feed store checks the source of the fact only.
	if own := sourceIn(f); own != f.Source {
		t.Fatalf("a fact of the source %q whose body names %q", f.Source, own)
	}
	if f.Source == "" || f.Entity == "" || f.At.IsZero() || f.Item < 0 {
		t.Fatalf("a fact that does not say who, what or when: %+v", f)
	}
}

// sourceIn returns the source within the body of a fact, which must be the
// fact's own: folds read the body alone.
func sourceIn(f *feed.Fact) string {
	switch {
	case f.Incident != nil:
		return f.Incident.Source
	case f.Alert != nil:
		return f.Alert.Source
	case f.Change != nil:
		return f.Change.Source
	case f.Drill != nil:
		return f.Drill.Source
	case f.SQL != nil:
		return f.SQL.Source
	}
	return f.Source // buckets and tickets have none
}

// KeepsSource checks that every fact of the bodies is from the source of
// the request, whatever the body itself calls a source. Each body must hold
// facts and nothing that is rejected.
func KeepsSource(t testing.TB, d feed.Decoder, bodies ...feed.Input) {
	t.Helper()
	for i, in := range bodies {
		got, err := Decode(t, d, in) // which compares the source within each fact, too
		if err != nil || len(got.Facts) == 0 || len(got.Rejected) > 0 {
			t.Fatalf("body %d: %+v, %v", i, got, err)
		}
		for _, f := range got.Facts {
			if f.Source != in.Source {
				t.Errorf("body %d has a fact of the source %q", i, f.Source)
			}
		}
	}
}

// One decodes a body that must yield exactly one fact and no rejection, and returns the
// fact.
func One(t testing.TB, d feed.Decoder, in feed.Input) feed.Fact {
	t.Helper()
	got, err := Decode(t, d, in)
	if err != nil || len(got.Facts) != 1 || len(got.Rejected) != 0 {
		t.Fatalf("want one fact, got %+v, %v", got, err)
	}
	return got.Facts[0]
}

// Samples returns the real feed data that some machines have beside the project, by
// file name, or skips the test: POSTERN_SHARED names the folder. The data is not part
// of the project, so tests with samples add to the others and replace none.
func Samples(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(realdata.Find(t, "feeds"), pattern))
	if err != nil || len(files) == 0 {
		t.Skipf("no shared/feeds/%s here: set POSTERN_SHARED to the folder that holds it", pattern)
	}
	samples := map[string][]byte{}
	for _, f := range files {
		if samples[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return samples
}
