package deliver

import (
	"errors"
	"fmt"
	"time"
)

// Outcome is what may be done after a failure.
type Outcome uint8

// The outcomes.
const (
	Temporary Outcome = iota // nothing was delivered; try again later
	Permanent                // it will fail again until a person mends something
	Uncertain                // it may have been delivered
)

// String is the word for logs and pages.
func (o Outcome) String() string { return [...]string{"temporary", "permanent", "uncertain"}[o] }

// Failure is why a letter was not known to arrive.
type Failure struct {
	Outcome Outcome
	After   time.Duration // the other side asked to wait so long; 0: it did not
	Msg     string        // for people; never an address or a secret
	Err     error         // for the log
}

// Error is the full text for logs.
func (f *Failure) Error() string {
	s := f.Outcome.String() + " failure: " + f.Msg
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// FailureOf is the Failure in err's chain. An error that nobody classified is
// uncertain: a letter sent twice is worse than one that a person looks at.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Outcome: Uncertain, Msg: "it is not known what became of it", Err: err}
}

func fail(o Outcome, err error, format string, args ...any) *Failure {
	return &Failure{Outcome: o, Msg: fmt.Sprintf(format, args...), Err: err}
}
