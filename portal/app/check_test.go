package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/kv"
)

// follower is an index that is behind until it is waited for.
type follower struct {
	stored, reached uint64
	arrives         bool // waiting succeeds
	documents       int
	grows           int // so many times something is stored while the check counts
	compared        int
}

func (f *follower) state() indexState {
	return indexState{
		stored:  func(context.Context) (uint64, error) { return f.stored, nil },
		reached: func() uint64 { return f.reached },
		wait: func(ctx context.Context, seq kv.Seq) error {
			if f.arrives {
				f.reached = uint64(seq)
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		},
		documents: func(context.Context) (int, error) {
			if f.grows > 0 {
				f.grows--
				f.stored++
			}
			return f.documents, nil
		},
		compare: func(_ context.Context, documents int) error {
			f.compared++
			if f.reached != f.stored {
				return errors.New("damaged or out of step")
			}
			return nil
		},
	}
}

func TestCheckWaitsForTheIndex(t *testing.T) {
	f := &follower{stored: 9, reached: 5, arrives: true}
	findings, err := compareIndex(t.Context(), t.Context(), f.state())
	if len(findings) > 0 || err != nil || f.compared != 1 {
		t.Errorf("%q, %v, compared %d times", findings, err, f.compared)
	}
}

func TestCheckBeginsAgainWhenSomethingWasStored(t *testing.T) {
	f := &follower{stored: 9, reached: 9, arrives: true, grows: 2}
	findings, err := compareIndex(t.Context(), t.Context(), f.state())
	if len(findings) > 0 || err != nil || f.compared != 3 {
		t.Errorf("%q, %v, compared %d times", findings, err, f.compared)
	}
}

func TestCheckSaysHowFarTheIndexIsBehind(t *testing.T) {
	waiting, stop := context.WithCancel(t.Context())
	stop()
	for reached, want := range map[uint64]string{5: "catching up: 4 changes are not in search yet",
		8: "catching up: 1 change is not in search yet"} {
		f := &follower{stored: 9, reached: reached}
		findings, err := compareIndex(t.Context(), waiting, f.state())
		if err != nil || len(findings) != 1 || !strings.Contains(findings[0], want) || f.compared > 0 {
			t.Errorf("%q, %v, compared %d times", findings, err, f.compared)
		}
	}
}

func TestCheckNamesAnIndexThatIsDamaged(t *testing.T) {
	f := &follower{stored: 9, reached: 9, arrives: true}
	s := f.state()
	s.compare = func(context.Context, int) error { return errors.New("damaged") }
	if _, err := compareIndex(t.Context(), t.Context(), s); err == nil {
		t.Error("a damaged index agrees")
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if findings, err := compareIndex(ended, ended, (&follower{stored: 9}).state()); err == nil {
		t.Errorf("a request that ended found %q", findings)
	}
}
