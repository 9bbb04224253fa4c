package change

import (
	"slices"
	"testing"
	"time"
)

// Every CI system has a run 42: as a bare number it is none of them, by its whole name
// it is one.
func TestANumberOfTwoSourcesLinksNone(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	one := func(source, id string) Change { return Change{ID: id, Source: source, At: at} }
	for _, c := range []struct {
		name    string
		changes []Change
		linked  []string
	}{
		{"42", []Change{one("gh", "42"), one("gl", "42")}, nil},
		{"gh:42", []Change{one("gh", "42"), one("gl", "42")}, []string{"gh"}},
		{"42", []Change{one("gh", "42")}, []string{"gh"}},
		{"#42", []Change{one("gh", "#42"), one("gl", "#42")}, nil},
		{"deploy-42", []Change{one("gh", "deploy-42"), one("gl", "deploy-42")}, []string{"gh", "gl"}},
	} {
		var got []string
		for _, l := range Connect(c.changes, []Incident{{ID: "INC-1", Changes: []string{c.name}}}) {
			if len(l.Incidents) > 0 {
				got = append(got, l.Change.Source)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.linked) {
			t.Errorf("%s of %d changes links %v, want %v", c.name, len(c.changes), got, c.linked)
		}
	}
}
