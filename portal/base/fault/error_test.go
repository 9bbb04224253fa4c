package fault_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

func TestErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"a.Get":                           fault.New(fault.NotFound, "a.Get", ""),
		"a.Get: there is none":            fault.New(fault.NotFound, "a.Get", "there is none"),
		"a.Get: EOF":                      fault.Wrap(fault.Internal, "a.Get", "", io.EOF),
		"a.Get: the file ends early: EOF": fault.Wrap(fault.Internal, "a.Get", "the file ends early", io.EOF),
		"a.Get: 3 of 4":                   fault.Newf(fault.Conflict, "a.Get", "%d of %d", 3, 4),
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := fault.Wrap(fault.Internal, "a.Get", "", io.EOF); !errors.Is(err, io.EOF) {
		t.Error("the cause is not unwrapped")
	}
}

func TestKindNames(t *testing.T) {
	seen := map[string]fault.Kind{}
	for k := fault.Internal; k <= fault.TooWide; k++ {
		name := k.String()
		if before, taken := seen[name]; taken || name == "" || name[0] < 'a' {
			t.Errorf("kind %d is %q, like kind %d", k, name, before)
		}
		seen[name] = k
	}
	if seen["internal"] != fault.Internal || seen["too_wide"] != fault.TooWide || seen["gone"] != fault.Gone {
		t.Errorf("kinds %v", seen)
	}
	if got, want := (fault.TooWide + 1).String(), fmt.Sprintf("kind(%d)", fault.TooWide+1); got != want {
		t.Errorf("the kind after the last is %q, want %q", got, want)
	}
}

// The field of an error is that of the outermost error that names one.
func TestFieldOf(t *testing.T) {
	inner := fault.New(fault.Invalid, "a", "wrong").In("title")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"none":           {io.EOF, ""},
		"nil":            {nil, ""},
		"no field":       {fault.New(fault.Invalid, "a", "wrong"), ""},
		"a field":        {inner, "title"},
		"wrapped":        {fmt.Errorf("check: %w", inner), "title"},
		"inner":          {fault.Wrap(fault.Invalid, "b", "", inner), "title"},
		"outer wins":     {fault.New(fault.Invalid, "b", "wrong").In("times"), "times"},
		"outer of two":   {&fault.Error{Kind: fault.Invalid, Op: "b", Field: "times", Err: inner}, "times"},
		"no field below": {fault.Wrap(fault.Invalid, "b", "", io.EOF), ""},
	} {
		if got := fault.FieldOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNoRoom(t *testing.T) {
	for err, want := range map[error]bool{
		syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EIO: false, io.ErrShortWrite: false,
	} {
		if got := fault.NoRoom(fmt.Errorf("write: %w", &fs.PathError{Op: "write", Path: "db", Err: err})); got != want {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
	if fault.NoRoom(nil) {
		t.Error("nil is a full disk")
	}
}
