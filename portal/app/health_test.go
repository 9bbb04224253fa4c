package app

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/postmortems"
)

// Readiness says what is refused while there is no room, and that it is over.
func TestReadinessSaysWhatIsRefused(t *testing.T) {
	free := int64(100 << 20)
	a := &App{db: &boltkv.DB{}, opt: Options{
		Config: config.Config{Limits: config.Limits{FreeSpace: 256 << 20}}, FreeSpace: func(string) (int64, error) { return free, nil },
	}}
	if c := a.writesCheck(); c.OK || !strings.Contains(c.Detail, "pushes and feeds are refused") ||
		!strings.Contains(c.Detail, "100 MiB left, 256 MiB must stay free") {
		t.Errorf("a full disk: %+v", c)
	}
	if err := a.room(0); err == nil {
		t.Error("what readiness says is refused is taken")
	}
	free = 1 << 30
	if c := a.writesCheck(); !c.OK || c.Detail != "" {
		t.Errorf("with room again: %+v", c)
	}
	a.opt.FreeSpace = nil
	if c := a.writesCheck(); !c.OK {
		t.Errorf("a disk that cannot be asked: %+v", c)
	}
}

func TestTreesAreComparedByPath(t *testing.T) {
	add := func(path, blob string) postmortems.Change {
		return postmortems.Change{Status: postmortems.Added, Path: path, Blob: postmortems.OID(blob), Size: 1}
	}
	shown := map[string]postmortems.OID{"same.md": "1", "changed.md": "2", "gone.md": "3"}
	got := against(shown, []postmortems.Change{add("changed.md", "9"), add("new.md", "4"), add("same.md", "1")})
	want := []postmortems.Change{
		{Status: postmortems.Modified, Path: "changed.md", Blob: "9", OldBlob: "2", Size: 1},
		{Status: postmortems.Deleted, Path: "gone.md", OldBlob: "3"},
		add("new.md", "4"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := against(nil, nil); len(got) != 0 {
		t.Errorf("nothing against nothing: %+v", got)
	}
}

// A database that is not whole says why, and whether it serves all the same.
func TestTheDatabaseSaysWhatIsWrong(t *testing.T) {
	broken := fault.New(fault.Internal, "test", "it cannot be read")
	for name, c := range map[string]struct {
		err      error
		rows     int
		detail   string
		degraded bool
	}{
		"nothing":      {nil, 0, "", false},
		"a row":        {nil, 1, "damaged: 1 row cannot be read, run postern check", true},
		"all of it":    {broken, 0, "it cannot be read", false},
		"it and a row": {broken, 1, "it cannot be read", false},
	} {
		got := databaseCheck(c.err, kv.Damage{Rows: c.rows})
		if got.OK != (c.detail == "") || got.Detail != c.detail || got.Degraded != c.degraded {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A list is read to its last page, and no further than a failure.
func TestEveryPageIsRead(t *testing.T) {
	var asked []string
	pages := map[string]string{"": "a", "a": "b", "b": ""}
	err := readPages(func(cursor string) (string, error) { asked = append(asked, cursor); return pages[cursor], nil })
	if err != nil || !slices.Equal(asked, []string{"", "a", "b"}) {
		t.Errorf("%q, %v", asked, err)
	}
	broken := errors.New("broken")
	if err := readPages(func(string) (string, error) { return "again", broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
