package library

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// actionDocument returns a post-mortem with action items in its front matter.
func actionDocument(title string, actions ...string) string {
	return "---\ntitle: " + title + "\nowner: o\nincident: {services: [" + title + "]}\nactions:\n  - " +
		strings.Join(actions, "\n  - ") + "\n---\ntext\n"
}

func actionNames(items []ActionItem) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Document.Title+": "+i.Action.Text)
	}
	return out
}

func TestActionsAreListedByDueDate(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{
		"postmortems/a.md": actionDocument("a", "{text: late, due: 2026-01-05, owner: sre}", "{text: undated}",
			"{text: over, due: 2026-01-01, status: done}"),
		"postmortems/b.md": actionDocument("b", "{text: later, due: 2026-02-01, owner: dba}", "{text: late too, due: 2026-01-05, owner: sre}",
			"{text: given up, status: dropped}"),
	})
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		filter ActionFilter
		want   []string
	}{
		"all":         {ActionFilter{}, []string{"a: over", "a: late", "b: late too", "b: later", "a: undated", "b: given up"}},
		"open":        {ActionFilter{Status: "open"}, []string{"a: late", "b: late too", "b: later", "a: undated"}},
		"overdue":     {ActionFilter{Status: "open", DueBefore: day(1, 6)}, []string{"a: late", "b: late too"}},
		"due today":   {ActionFilter{Status: "open", DueBefore: day(1, 5)}, nil},
		"an owner":    {ActionFilter{Owner: "sre"}, []string{"a: late", "b: late too"}},
		"a service":   {ActionFilter{Service: "b", Status: "open"}, []string{"b: late too", "b: later"}},
		"done":        {ActionFilter{Status: "done"}, []string{"a: over"}},
		"an owner of": {ActionFilter{Owner: "sre", Service: "b"}, []string{"b: late too"}},
	} {
		t.Run(name, func(t *testing.T) {
			whole, next, err := r.lib.ListActions(t.Context(), c.filter)
			if err != nil || next != "" {
				t.Fatal(next, err)
			}
			got := actionNames(whole)
			sortTies(got)
			want := slices.Clone(c.want)
			sortTies(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%q, want %q", got, want)
			}
			for limit := 1; limit <= 3; limit++ {
				if paged := allPages(t, r.lib, c.filter, limit); !slices.Equal(paged, actionNames(whole)) {
					t.Errorf("in pages of %d: %q, want %q", limit, paged, actionNames(whole))
				}
			}
		})
	}
}

// sortTies puts the two items of one day, and the two without a due date, in a fixed order: it
// depends on the ids of their documents.
func sortTies(names []string) {
	for _, pair := range [][2]string{{"b: late too", "a: late"}, {"b: given up", "a: undated"}} {
		i, j := slices.Index(names, pair[0]), slices.Index(names, pair[1])
		if i >= 0 && j == i+1 {
			names[i], names[j] = names[j], names[i]
		}
	}
}

func allPages(t *testing.T, l *Library, f ActionFilter, limit int) (names []string) {
	t.Helper()
	f.Limit = limit
	for range 20 {
		items, next, err := l.ListActions(t.Context(), f)
		if err != nil || len(items) > limit {
			t.Fatal(len(items), err)
		}
		names = append(names, actionNames(items)...)
		if next == "" {
			return names
		}
		f.Cursor = next
	}
	t.Fatalf("endless pages: %q", names)
	return nil
}

func TestForeignActionCursorsAreRefused(t *testing.T) {
	r := newRepo(t)
	for _, cursor := range []string{"!", "bmV4dA", "e30x", fmt.Sprint(1)} {
		if _, _, err := r.lib.ListActions(t.Context(), ActionFilter{Cursor: cursor}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", cursor, err)
		}
	}
}
