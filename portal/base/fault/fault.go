// Package fault owns the one error type that crosses package borders in Postern.
//
// An Error has three parts for three readers. Kind is for programs: portal/web,
// portal/api and the push response each map it in one table. Msg is for people outside:
// what happened, what was not lost and what to do next. Err is the cause, for the log.
// Msg never contains the text of Err: causes name files, addresses and statements that
// outsiders must not see.
package fault

import (
	"errors"
	"fmt"
	"syscall"
)

// Kind is the kind of an error, as far as a caller can act on it.
type Kind uint8

// The kinds. Internal is the zero value, so an unclassified error is never shown to an
// outsider as anything but an internal error.
const (
	Internal        Kind = iota // a defect or a broken disk: the caller can do nothing
	Invalid                     // the input is wrong; Msg says where and how to fix it
	NotFound                    // it does not exist
	Gone                        // it existed and was removed
	Conflict                    // the state has changed: read again, then retry
	Unauthenticated             // no credential, or an unknown one
	Forbidden                   // a known credential that may not do this
	TooLarge                    // over a stated limit
	TooMany                     // over a stated rate; retry later
	Unavailable                 // not now (starting, rebuilding, overloaded): retry later
	Timeout                     // took longer than its stated limit
	Unsupported                 // a form or version this build does not know
	Full                        // no space left to store it; nothing was changed
	Misdirected                 // meant for another server
	TooWide                     // requests more than one response contains: request less
)

var kindNames = [...]string{
	"internal", "invalid", "not_found", "gone", "conflict", "unauthenticated", "forbidden",
	"too_large", "too_many", "unavailable", "timeout", "unsupported", "full", "misdirected", "too_wide",
}

// String returns the stable lower-case name used in logs and in problem documents.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error is an error with a kind, the operation that failed ("library.Publish"), a
// message for people outside, and the cause for the log (may be nil).
type Error struct {
	Kind Kind
	Op   string
	Msg  string
	// Field is the part of the input that Msg is about, by the name under which it was
	// sent; "" is none, or the whole.
	Field string
	Err   error
}

// Error is the full text for logs: operation, message and cause.
func (e *Error) Error() string {
	s := e.Op
	if e.Msg != "" {
		s += ": " + e.Msg
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an Error without a cause.
func New(kind Kind, op, msg string) *Error { return &Error{Kind: kind, Op: op, Msg: msg} }

// In sets the part of the input that the error is about, and returns the error.
func (e *Error) In(field string) *Error {
	e.Field = field
	return e
}

// FieldOf returns the part of the input that the outermost Error with a field is about;
// "" when none has one.
func FieldOf(err error) string {
	for {
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Field != "" {
			if ok {
				return e.Field
			}
			return ""
		}
		err = e.Err
	}
}

// Newf is New with a formatted message.
func Newf(kind Kind, op, format string, args ...any) *Error {
	return New(kind, op, fmt.Sprintf(format, args...))
}

// Wrap returns an Error around a cause, and nil for a nil cause, so that it can end a
// function: return fault.Wrap(fault.Internal, "op", "msg", err).
func Wrap(kind Kind, op, msg string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Op: op, Msg: msg, Err: err}
}

// KindOf returns the kind of the outermost Error in err's chain; Internal when there is
// none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message returns the text for people outside: the Msg of the outermost Error that has
// one (of joined errors, the first), otherwise a sentence that reveals nothing.
func Message(err error) string {
	for {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return "something went wrong on the server; the cause is in its log"
		}
		if e.Msg != "" {
			return e.Msg
		}
		err = e.Err
	}
}

// NoRoom reports whether the system refused a write because the disk, or the user's
// quota on it, is full.
func NoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
