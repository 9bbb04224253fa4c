package plumbing

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

func TestCatFileAnswersInOrder(t *testing.T) {
	g := testGit(t)
	c, err := g.OpenCatFile(t.Context(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var ids []postmortems.OID
	var want []string
	for i := range 5 {
		want = append(want, strings.Repeat(fmt.Sprint(i), i*10_000))
		ids = append(ids, store(t, g, want[i]))
	}
	for range 200 { // far more requests than a pipe holds
		ids, want = append(ids, ids[:5]...), append(want, want[:5]...)
	}
	n := 0
	err = c.Contents(t.Context(), ids, 1<<20, func(i int, o Object) error {
		if i != n || string(o.Data) != want[i] || o.Kind != BlobObject || o.ID != ids[i] {
			t.Errorf("answer %d at %d is %d bytes of %s", i, n, len(o.Data), o.Kind)
		}
		n++
		return nil
	})
	if err != nil || n != len(ids) {
		t.Fatalf("%d answers, %v", n, err)
	}
	if err := c.Info(t.Context(), ids[:5], func(i int, o Object) error {
		if o.Size != int64(len(want[i])) {
			t.Errorf("size %d of %d", o.Size, i)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCatFileFailures(t *testing.T) {
	g := testGit(t)
	id := store(t, g, "four")
	ignore := func(int, Object) error { return nil }
	stop := errors.New("enough")
	for name, c := range map[string]struct {
		run  func(*CatFile) error
		want error
		kind fault.Kind
	}{
		"missing object": {func(c *CatFile) error { return c.Info(t.Context(), []postmortems.OID{someOID}, ignore) }, nil, fault.NotFound},
		"command in name": {func(c *CatFile) error { return c.Info(t.Context(), []postmortems.OID{"HEAD\ncontents HEAD"}, ignore) },
			nil, fault.Invalid},
		"too large": {func(c *CatFile) error { return c.Contents(t.Context(), []postmortems.OID{id}, 3, ignore) }, nil, fault.TooLarge},
		"caller stops": {func(c *CatFile) error {
			return c.Contents(t.Context(), []postmortems.OID{id}, 4, func(int, Object) error { return stop })
		}, stop, fault.Internal},
		"killed": {func(c *CatFile) error {
			if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			<-c.ended
			return c.Info(t.Context(), []postmortems.OID{id}, ignore)
		}, errDied, fault.Unavailable},
	} {
		cat, err := g.OpenCatFile(t.Context(), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		err = c.run(cat)
		if err == nil || fault.KindOf(err) != c.kind || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err := cat.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}

func TestPoolReplacesProcessesAndSeesNewObjects(t *testing.T) {
	g := testGit(t)
	p := NewPool(t.Context(), g, 1, Limits{})
	read := func(id postmortems.OID) (text string, pid int) {
		t.Helper()
		err := p.Do(t.Context(), func(c *CatFile) error {
			pid = c.PID()
			return c.Contents(t.Context(), []postmortems.OID{id}, 100, func(_ int, o Object) error { text = string(o.Data); return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		return text, pid
	}
	_, first := read(store(t, g, "one"))
	text, second := read(store(t, g, "two"))
	if text != "two" || first != second {
		t.Errorf("read %q from process %d, before %d", text, second, first)
	}
	if err := p.Do(t.Context(), func(c *CatFile) error {
		err := syscall.Kill(c.PID(), syscall.SIGKILL)
		<-c.ended
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if text, third := read(store(t, g, "three")); text != "three" || third == first {
		t.Errorf("read %q from process %d", text, third)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Do(t.Context(), func(*CatFile) error { return nil }); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a closed pool answers %v", err)
	}
}
