package feedstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// A body that was refused before it was read is counted in one dead letter per
// source, format, kind and hour, is counted where reports and pages look, and cannot
// be read again.
func TestRefusedBodyIsCountedInADeadLetter(t *testing.T) {
	w := newWorld(t, feedstore.Options{Formats: []feed.Format{linesFormat()}})
	large := feedstore.Refusal{
		Source: "am",
		Own:    "token",
		Format: "lines",
		Kind:   fault.TooLarge,
		Reason: "a body of 3.0 MB, more than feeds.body (2.0 MB)",
		At:     w.now,
	}
	large.At = w.now.Add(7 * time.Minute)
	left, cancel := context.WithCancel(t.Context())
	cancel() // the sender's connection ended
	for i := range 3 {
		large.Reason = fmt.Sprintf("a body of %d.0 MB, more than feeds.body (2.0 MB)", 3+i)
		if err := w.l.RecordRefusal(left, large); err != nil {
			t.Fatal(err)
		}
	}
	packed := feedstore.Refusal{
		Source: "am",
		Own:    "token",
		Format: "lines",
		Kind:   fault.Unsupported,
		Reason: "a body of 9 bytes, which was refused: packed",
		At:     w.now,
	}
	if err := w.l.RecordRefusal(t.Context(), packed); err != nil {
		t.Fatal(err)
	}
	large.At = w.now.Add(time.Hour)
	if err := w.l.RecordRefusal(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	all, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	times := map[string]int{}
	for _, l := range all {
		times[l.Reason] += l.Times
		if !l.NotStored || !l.Whole || l.OverBudget || l.Source != "am" || l.Format != "lines" || l.Excerpt != "" {
			t.Errorf("%+v", l)
		}
		if _, err := w.l.RetryDeadLetter(
			t.Context(),
			l.ID,
		); fault.KindOf(err) != fault.Unsupported ||
			!strings.Contains(err.Error(), "not stored") {
			t.Errorf("read again: %v", err)
		}
	}
	if first := all[len(all)-1].Received; !first.Equal(w.now.Add(7*time.Minute)) && !first.Equal(w.now) {
		t.Errorf("received at %s", first)
	}
	if times["source am sent a body of 5.0 MB, more than feeds.body (2.0 MB); not stored"] != 4 ||
		times["source am sent a body of 9 bytes, which was refused: packed; not stored"] != 1 {
		t.Errorf("letters %v", times)
	}
	q, err := w.l.Quality(t.Context(), w.now.Add(-time.Hour), w.now.Add(2*time.Hour))
	if err != nil || len(q.Sources) != 1 || q.Sources[0].NotStored != 5 || q.Sources[0].Rejected != 5 || q.DeadLetters != 3 {
		t.Errorf("quality %+v, %v", q, err)
	}
	if s, err := w.l.Sources(
		t.Context(),
	); err != nil || len(s) != 1 || s[0].State != feedstore.SourceRejecting ||
		!strings.Contains(s[0].Why, "5.0 MB") {
		t.Errorf("sources %+v, %v", s, err)
	}
	if findings, err := w.l.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("check: %v, %v", findings, err)
	}
	for _, l := range all {
		if err := w.l.DismissDeadLetter(t.Context(), l.ID); err != nil {
			t.Error(err)
		}
	}
	if all, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{}); err != nil || len(all) > 0 {
		t.Errorf("after all were dismissed: %+v, %v", all, err)
	}
}

// What a sender says under a name that it may not have, or calls a format, makes no
// source of its own.
func TestABodyUnderAWrongNameIsItsSenders(t *testing.T) {
	w := newWorld(t, feedstore.Options{Formats: []feed.Format{linesFormat()}})
	for _, u := range []feedstore.Refusal{
		{Source: "pager", Own: "am", Bound: []string{"am"}, Format: "lines", Kind: fault.Forbidden},
		{Source: "", Own: "am", Format: "lines", Kind: fault.Invalid},
		{Source: strings.Repeat("x", 10_000), Own: "am", Format: "lines", Kind: fault.Invalid},
		{Source: "portal", Own: "am", Format: "lines", Kind: fault.Invalid},
		{Source: "a\x00b", Own: "am", Format: "lines", Kind: fault.Invalid},
	} {
		u.Reason, u.At = "a body", w.now
		if err := w.l.RecordRefusal(t.Context(), u); err != nil {
			t.Errorf("%.20q: %v", u.Source, err)
		}
	}
	for i := range 50 {
		if err := w.l.RecordRefusal(
			t.Context(),
			feedstore.Refusal{Source: "am", Own: "am", Format: fmt.Sprint("format ", i), Kind: fault.NotFound, Reason: "a body", At: w.now},
		); err != nil {
			t.Error(err)
		}
	}
	if err := w.l.RecordRefusal(
		t.Context(),
		feedstore.Refusal{Source: "", Own: "", Format: "lines", Kind: fault.Invalid, Reason: "a body", At: w.now},
	); fault.KindOf(
		err,
	) != fault.Invalid {
		t.Errorf("without any name: %v", err)
	}
	s, err := w.l.Sources(t.Context())
	if err != nil || len(s) != 2 || s[0].Name != "am" || s[1].Name != "am" {
		t.Errorf("%+v, %v", s, err)
	}
	all, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{Source: "am"})
	if err != nil || len(all) != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}
