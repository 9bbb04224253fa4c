package webtest

import (
	"context"
	"strings"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// Feeds accepts each line as an item; the lines "bad", "broken" and "busy" are refused
// accordingly. Posts may come from several goroutines; all other fields are for tests
// that send one request at a time. "bad" is a rejected item, "broken" a body that is no
// format at all and has a dead letter, "busy" a store that is overloaded. The format
// "none" does not exist.
type Feeds struct {
	mu         sync.Mutex // of posts
	Posts      []feed.Input
	SourceList []feedstore.SourceStatus
	Letters    []feedstore.DeadLetter
	// Done has the retries and dismissals in their order, Unkept the refusals that would
	// be dead letters.
	Done   []string
	Unkept []feedstore.Refusal
}

// Accept implements feeds.Feeds.
func (f *Feeds) Accept(_ context.Context, format string, in feed.Input) (a feedstore.Result, err error) {
	f.mu.Lock()
	f.Posts = append(f.Posts, in)
	f.mu.Unlock()
	if format == "none" {
		return a, fault.New(fault.NotFound, "fake", "no such format")
	}
	i := 0
	for line := range strings.SplitSeq(string(in.Body), "\n") {
		switch line {
		case "":
			continue
		case "busy":
			return a, fault.New(fault.Unavailable, "fake", "come later")
		case "broken":
			return feedstore.Result{Rejected: []feedstore.Rejected{{Reason: "not the format"}}}, fault.New(fault.Invalid, "fake", "not the format")
		case "bad":
			a.Rejected = append(a.Rejected, feedstore.Rejected{Index: i, Reason: "bad"})
		default:
			a.Accepted++
		}
		i++
	}
	return a, nil
}

// RecordRefusal implements feeds.Feeds.
func (f *Feeds) RecordRefusal(_ context.Context, u feedstore.Refusal) error {
	f.Unkept = append(f.Unkept, u)
	return nil
}

// Sources implements feeds.Feeds.
func (f *Feeds) Sources(context.Context) ([]feedstore.SourceStatus, error) { return f.SourceList, nil }

// DeadLetters implements feeds.Feeds. There is a second page, which is empty: a test of
// the links between pages needs no more.
func (f *Feeds) DeadLetters(_ context.Context, filter feedstore.DeadLetterFilter) ([]feedstore.DeadLetter, string, error) {
	if filter.Cursor != "" {
		return nil, "", nil
	}
	return f.Letters, "more", nil
}

// RetryDeadLetter implements feeds.Feeds. The dead letter "still" is rejected again,
// every other one is accepted.
func (f *Feeds) RetryDeadLetter(_ context.Context, id string) (feedstore.Result, error) {
	f.Done = append(f.Done, "retry "+id)
	if id == "still" {
		return feedstore.Result{Rejected: []feedstore.Rejected{{Reason: "still"}}}, fault.New(fault.Invalid, "fake", "still")
	}
	return feedstore.Result{Accepted: 1}, nil
}

// DismissDeadLetter implements feeds.Feeds.
func (f *Feeds) DismissDeadLetter(_ context.Context, id string) error {
	f.Done = append(f.Done, "dismiss "+id)
	return nil
}
