package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

func TestMessageAndKind(t *testing.T) {
	inner := fault.New(fault.NotFound, "a.Get", "there is no such page")
	const nothing = "something went wrong on the server; the cause is in its log"
	for name, c := range map[string]struct {
		err  error
		msg  string
		kind fault.Kind
	}{
		"nobody's":        {io.EOF, nothing, fault.Internal},
		"nil":             {nil, nothing, fault.Internal},
		"plain":           {inner, "there is no such page", fault.NotFound},
		"wrapped":         {fmt.Errorf("secret path: %w", inner), "there is no such page", fault.NotFound},
		"no words":        {fault.Wrap(fault.Gone, "b.Get", "", inner), "there is no such page", fault.Gone},
		"outer words":     {fault.Wrap(fault.Gone, "b.Get", "it was removed", inner), "it was removed", fault.Gone},
		"joined":          {errors.Join(nil, inner, io.EOF), "there is no such page", fault.NotFound},
		"joined, further": {errors.Join(io.EOF, inner), "there is no such page", fault.NotFound},
		"only a cause":    {fault.Wrap(fault.Full, "c.Put", "", io.EOF), nothing, fault.Full},
	} {
		if got := fault.Message(c.err); got != c.msg {
			t.Errorf("%s: message %q, want %q", name, got, c.msg)
		}
		if got := fault.KindOf(c.err); got != c.kind {
			t.Errorf("%s: kind %v, want %v", name, got, c.kind)
		}
	}
	if fault.Wrap(fault.Gone, "op", "msg", nil) != nil {
		t.Error("a nil cause was wrapped")
	}
	if got := fault.Kind(200).String(); got != "kind(200)" {
		t.Errorf("an unknown kind is %q", got)
	}
}
