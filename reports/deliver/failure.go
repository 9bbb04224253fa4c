package deliver

import (
	"errors"
	"fmt"
	"time"
)

// Outcome is the state of a message after a failure. It decides whether the outbox
// tries again: only after Temporary.
type Outcome uint8

// The outcomes.
const (
	Temporary Outcome = iota // nothing was delivered; try again later
	Permanent                // it will fail again until a person corrects something
	Uncertain                // it may have been delivered
)

// String returns the word for logs and pages.
func (o Outcome) String() string { return [...]string{"temporary", "permanent", "uncertain"}[o] }

// Failure is the error of a message that is not known to have arrived.
type Failure struct {
	Outcome Outcome
	After   time.Duration // the wait that the receiver requested; 0 if it did not
	Msg     string        // for people; never an address or a secret
	Err     error         // for the log
}

// Error returns the full text for logs.
func (f *Failure) Error() string {
	s := f.Outcome.String() + " failure: " + f.Msg
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// FailureOf returns the Failure in the chain of err. An unclassified error has an
// uncertain outcome: sending a message twice is worse than asking a person.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Outcome: Uncertain, Msg: "the outcome is unknown", Err: err}
}

// fail returns a Failure with a formatted message.
func fail(o Outcome, err error, format string, args ...any) *Failure {
	return &Failure{Outcome: o, Msg: fmt.Sprintf(format, args...), Err: err}
}
