// Package fault owns the one error type that crosses package borders in Postern.
//
// An Error says three things to three readers: Kind tells a program what to do
// (portal/web, portal/api and the push answer each map it in one table), Msg
// tells a person outside what happened, what was not lost and what to do next,
// and Err keeps the cause for the log. Msg never carries the text of Err: causes
// name files, addresses and statements that outsiders must not see.
package fault

import (
	"errors"
	"fmt"
	"syscall"
)

// Kind is what went wrong, as far as a caller can act on it.
type Kind uint8

// The kinds. Internal is the zero value, so an error nobody classified is never
// shown to an outsider as anything but "something broke here".
const (
	Internal        Kind = iota // a defect or a broken disk: nothing the caller can mend
	Invalid                     // the input is wrong; Msg says where and how to mend it
	NotFound                    // there is no such thing
	Gone                        // there was such a thing; it was removed
	Conflict                    // the state moved under the caller: read again, then retry
	Unauthenticated             // no credential, or one that is not known
	Forbidden                   // a known credential that may not do this
	TooLarge                    // over a stated limit
	TooMany                     // over a stated rate; retry later
	Unavailable                 // not now (starting, rebuilding, overloaded); retry later
	Timeout                     // took longer than its stated limit
	Unsupported                 // a form or version this build does not know
	Full                        // no room left to store it; nothing was changed
	Misdirected                 // meant for another server than this one
	TooWide                     // asks for more than one answer is made of: ask for less
)

var kindNames = [...]string{
	"internal", "invalid", "not_found", "gone", "conflict", "unauthenticated", "forbidden",
	"too_large", "too_many", "unavailable", "timeout", "unsupported", "full", "misdirected", "too_wide",
}

// String is the stable lower-case name used in logs and in problem documents.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error is an error with a kind, the operation that failed ("library.Publish"),
// a message for people outside, and the cause for the log (may be nil).
type Error struct {
	Kind Kind
	Op   string
	Msg  string
	// Field is the part of the input that Msg is about, by the name under which it
	// was sent; "" is none, or the whole.
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

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an Error without a cause.
func New(kind Kind, op, msg string) *Error { return &Error{Kind: kind, Op: op, Msg: msg} }

// In names the part of the input that the error is about.
func (e *Error) In(field string) *Error {
	e.Field = field
	return e
}

// FieldOf is the part of the input that the outermost Error which names one is
// about; "" when none does.
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

// Wrap makes an Error around a cause. It returns nil for a nil cause, so it can
// close a function: return fault.Wrap(fault.Internal, "op", "msg", err).
func Wrap(kind Kind, op, msg string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Op: op, Msg: msg, Err: err}
}

// KindOf finds the kind of the outermost Error in err's chain; Internal when
// there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message is the text for people outside: the Msg of the outermost Error that
// has one (of joined errors, the first), else a sentence that gives nothing away.
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

// NoRoom reports whether the system refused a write because the disk, or the share
// of it that the user may take, is full.
func NoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
