package indexer

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/kv"
)

// A new Indexer reports the change number of a usable index, and none of another.
func TestStatusBeforeRun(t *testing.T) {
	for name, c := range map[string]struct {
		usable bool
		want   Status
	}{
		"usable": {true, Status{Seq: 7}},
		"none":   {false, Status{Rebuilding: true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.usable, w.seq = c.usable, 7
			x := New(Options{Changes: w.db, Source: w, Index: w, Log: slog.New(slog.DiscardHandler), Now: time.Now})
			if diff := cmp.Diff(c.want, x.Status()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Changes of other topics count by the document that they affect, and each document
// counts once.
func TestTouchedByOtherTopics(t *testing.T) {
	changes := []kv.Change{
		{Topic: "document", Key: []byte("a")}, {Topic: "incident", Key: []byte("b")}, {Topic: "incident", Key: []byte("none")},
		{Topic: "document", Key: []byte("b")}, {Topic: "incident", Key: []byte("c")},
	}
	x := &Indexer{opt: Options{Topic: "document"}}
	if diff := cmp.Diff([]string{"a", "b"}, x.touched(changes)); diff != "" {
		t.Errorf("without Other: %s", diff)
	}
	x.opt.Other = func(c kv.Change) string {
		if string(c.Key) == "none" {
			return ""
		}
		return string(c.Key)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, x.touched(changes)); diff != "" {
		t.Errorf("with Other: %s", diff)
	}
}
