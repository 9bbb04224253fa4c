package gitrepo

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
	"pgregory.net/rapid"
)

// store is an object store in memory.
type store map[postmortems.OID]plumbing.Object

func (s store) put(kind plumbing.Kind, data string) postmortems.OID {
	sum := sha1.Sum([]byte(string(kind) + "\x00" + data))
	id := postmortems.OID(hex.EncodeToString(sum[:]))
	s[id] = plumbing.Object{ID: id, Kind: kind, Size: int64(len(data)), Data: []byte(data)}
	return id
}

func (s store) Info(ctx context.Context, ids []postmortems.OID, fn func(int, plumbing.Object) error) error {
	return s.Contents(ctx, ids, 0, func(i int, o plumbing.Object) error {
		o.Data = nil
		return fn(i, o)
	})
}

func (s store) Contents(_ context.Context, ids []postmortems.OID, _ int64, fn func(int, plumbing.Object) error) error {
	for i, id := range ids {
		o, ok := s[id]
		if !ok {
			return fault.Newf(fault.NotFound, "test", "object %q", id)
		}
		if err := fn(i, o); err != nil {
			return err
		}
	}
	return nil
}

// tree stores the tree of files, given as content by path, and returns its name.
func (s store) tree(files map[string]string) postmortems.OID {
	below := map[string]map[string]string{}
	var entries []plumbing.Entry
	for path, text := range files {
		folder, rest, nested := strings.Cut(path, "/")
		if !nested {
			entries = append(entries, plumbing.Entry{Mode: plumbing.ModeFile, Name: path, ID: s.put(plumbing.BlobObject, text)})
			continue
		}
		if below[folder] == nil {
			below[folder] = map[string]string{}
		}
		below[folder][rest] = text
	}
	for folder, inside := range below {
		entries = append(entries, plumbing.Entry{Mode: plumbing.ModeTree, Name: folder, ID: s.tree(inside)})
	}
	return s.raw(entries)
}

func (s store) raw(entries []plumbing.Entry) postmortems.OID {
	slices.SortFunc(entries, plumbing.Entry.Compare)
	var data strings.Builder
	for _, e := range entries {
		id, err := hex.DecodeString(string(e.ID))
		if err != nil {
			return ""
		}
		fmt.Fprintf(&data, "%o %s\x00%s", e.Mode, e.Name, id)
	}
	return s.put(plumbing.TreeObject, data.String())
}

func (s store) trees() trees {
	return trees{src: s, cache: newCache[postmortems.OID, []plumbing.Entry](10)}
}

// Applying the difference of two trees to the first gives the second.
func TestDiffTurnsOneTreeIntoTheOther(t *testing.T) {
	files := rapid.Custom(func(t *rapid.T) map[string]string {
		m := map[string]string{}
		for _, path := range rapid.SliceOf(rapid.StringMatching(`([ab.-]/)?([ab.-]/)?[a-c.]`)).Draw(t, "paths") {
			if slices.ContainsFunc(slices.Collect(maps.Keys(m)), func(other string) bool {
				return strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/")
			}) {
				continue
			}
			m[path] = rapid.StringMatching(`[xy]`).Draw(t, "text")
		}
		return m
	})
	rapid.Check(t, func(t *rapid.T) {
		s := store{}
		from, to := files.Draw(t, "from"), files.Draw(t, "to")
		got := maps.Clone(from)
		err := s.trees().diff(context.Background(), s.tree(from), s.tree(to), func(c change) error {
			if from[c.Path] == to[c.Path] {
				return fmt.Errorf("%s is the same in both", c.Path)
			}
			delete(got, c.Path)
			if c.Status != postmortems.Deleted {
				got[c.Path] = string(s[c.Blob].Data)
			}
			_, was := from[c.Path]
			if was != (c.OldBlob != "") || was != (c.Status != postmortems.Added) {
				return fmt.Errorf("%s is %v", c.Path, c.Status)
			}
			return nil
		})
		if err != nil || !maps.Equal(got, to) {
			t.Fatalf("from %v to %v: %v, %v", from, to, got, err)
		}
	})
}

func TestDiffStopsAtItsLimit(t *testing.T) {
	s := store{}
	files := map[string]string{}
	for i := range 50 {
		files[fmt.Sprintf("d%d/f", i)] = "x"
	}
	root := s.tree(files)
	if list, err := s.trees().collect(t.Context(), "", root, 50); err != nil || len(list) != 50 {
		t.Errorf("%d changes, %v", len(list), err)
	}
	if _, err := s.trees().collect(t.Context(), "", root, 49); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("over the limit: %v", err)
	}
}

func TestMeasureCountsSharedTreesOnce(t *testing.T) {
	s := store{}
	tree := s.tree(map[string]string{"a": "x"})
	for level := range 16 {
		r := &Repo{limits: defaultLimits(), facts: newCache[postmortems.OID, treeFacts](1000)}
		err := r.measure(t.Context(), s.trees(), tree, 10_000)
		if want := level <= 4; (err == nil) != want {
			t.Errorf("10^%d paths: %v", level, err)
		}
		var entries []plumbing.Entry
		for i := range 10 {
			entries = append(entries, plumbing.Entry{Mode: plumbing.ModeTree, Name: fmt.Sprint(i), ID: tree})
		}
		tree = s.raw(entries)
	}
}

func TestMeasureBoundsDepth(t *testing.T) {
	s := store{}
	r := &Repo{limits: defaultLimits(), facts: newCache[postmortems.OID, treeFacts](1000)}
	for depth, want := range map[int]bool{0: true, 16: true, 17: false, 400: false} {
		path := strings.Repeat("d/", depth) + "f"
		if err := r.measure(t.Context(), s.trees(), s.tree(map[string]string{path: "x"}), 100); (err == nil) != want {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

func TestJoinExactPrefersTheSameName(t *testing.T) {
	add := func(path string, blob postmortems.OID) change {
		return change{Change: postmortems.Change{Status: postmortems.Added, Path: path, Blob: blob}}
	}
	del := func(path string, blob postmortems.OID) change {
		return change{Change: postmortems.Change{Status: postmortems.Deleted, Path: path, OldBlob: blob}}
	}
	c := comparison{changes: []change{
		del("a/x.md", "1"), del("a/y.md", "1"), del("gone.md", "2"), del("empty.md", emptyBlob),
		add("b/y.md", "1"), add("b/z.md", "1"), add("b/more.md", "1"), add("new.md", emptyBlob),
	}}
	c.joinExact()
	if got := changes(published(c.changes)); got != "new b/more.md, renamed b/y.md from a/y.md, renamed b/z.md from a/x.md, removed "+
		"empty.md, removed gone.md, new new.md" {
		t.Errorf("got %s", got)
	}
}

func TestContentMixesMemoryAndStore(t *testing.T) {
	s := store{}
	var ids []postmortems.OID
	kept := map[postmortems.OID][]byte{}
	var want string
	for i := range 9 {
		text := fmt.Sprint(i)
		id := s.put(plumbing.BlobObject, text)
		ids, want = append(ids, id), want+text
		if i%3 == 1 || i == 8 {
			kept[id] = []byte(text)
			delete(s, id)
		}
	}
	got := ""
	err := content{src: s, kept: kept, most: 10}.Blobs(t.Context(), ids, func(i int, data []byte) error {
		got += string(data)
		if fmt.Sprint(i) != string(data) {
			t.Errorf("number %d is %s", i, data)
		}
		return nil
	})
	if err != nil || got != want {
		t.Errorf("read %q, want %q, %v", got, want, err)
	}
	stop := errors.New("enough")
	if err := (content{src: s, kept: kept}).Blobs(t.Context(), ids, func(i int, _ []byte) error {
		if i == 4 {
			return stop
		}
		return nil
	}); !errors.Is(err, stop) {
		t.Errorf("stopped with %v", err)
	}
}

func TestCacheDropsUnusedValues(t *testing.T) {
	c := newCache[int, int](10)
	for i := range 100 {
		c.put(i, i, 1)
	}
	if _, ok := c.get(99); !ok || len(c.young)+len(c.old) > 20 {
		t.Errorf("%d kept", len(c.young)+len(c.old))
	}
	if _, ok := c.get(1); ok {
		t.Error("the first value is still cached")
	}
}

func FuzzReadRenames(f *testing.F) {
	from, to := postmortems.OID(strings.Repeat("a", 40)), postmortems.OID(strings.Repeat("b", 40))
	head := string(from) + " " + string(to) + "\n"
	f.Add([]byte(head + ":100644 100644 x y R090\x00old.md\x00new.md\x00"))
	f.Add([]byte(head + ":100644 100644 x y D\x00old.md\x00" + head))
	f.Fuzz(func(t *testing.T, out []byte) {
		c := &comparison{from: from, to: to, changes: []change{
			{Change: postmortems.Change{Status: postmortems.Deleted, Path: "old.md", OldBlob: "1"}},
			{Change: postmortems.Change{Status: postmortems.Added, Path: "new.md", Blob: "2"}},
		}}
		err := readRenames(bufio.NewReader(strings.NewReader(string(out))), []*comparison{c})
		got := changes(published(c.changes))
		if got != "new new.md, removed old.md" && got != "renamed new.md from old.md" {
			t.Fatalf("%q gave %s (%v)", out, got, err)
		}
	})
}

func FuzzReadBundleHeader(f *testing.F) {
	f.Add(bundleSignature + strings.Repeat("a", 40) + " refs/heads/main\n\nPACK")
	f.Add(emptyBundle)
	f.Fuzz(func(t *testing.T, in string) {
		moves, err := readBundleHeader(bufio.NewReaderSize(strings.NewReader(in), maxBundleLine))
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("error %v", err)
		}
		for _, m := range moves {
			if checkBranch(m.branch) != "" || !plumbing.ValidOID(m.new) {
				t.Fatalf("%+v", m)
			}
		}
	})
}
