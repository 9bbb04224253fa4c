package alert

import (
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// paged is a pager's own episode.
func paged(id string, starts, ends int, service, title, dedup string) Signal {
	s := fires(id, starts, ends)
	s.Source, s.Page, s.Service, s.Name, s.Dedup = "pd", true, service, title, dedup
	return s
}

func TestAPageIsCountedOnce(t *testing.T) {
	caused := fires("a", 0, 30)
	caused.Dedup = "k1"
	quiet := fires("q", 0, 30)
	quiet.Paging, quiet.Dedup, quiet.Name, quiet.Service = false, "k2", "DiskFull", "disk"
	for name, c := range map[string]struct {
		alerts []Signal
		page   Signal
		want   []string // fingerprints that are left
		acked  string   // the alert that took the page in
	}{
		"by its key":                      {[]Signal{caused}, paged("P1", 1, 20, "elsewhere", "x", "k1"), []string{"a"}, "a"},
		"by its key, joined later":        {[]Signal{caused}, paged("P1", -100, 5, "", "x", "k1"), []string{"a"}, "a"},
		"by its key, but not at the time": {[]Signal{caused}, paged("P1", 60, 70, "other", "x", "k1"), []string{"P1", "a"}, ""},
		"an alert that pages nobody else": {[]Signal{quiet}, paged("P1", 1, 20, "", "x", "k2"), []string{"q"}, "q"},
		"by its title":                    {[]Signal{quiet}, paged("P1", 1, 20, "", "[FIRING:1] DiskFull (disk)", ""), []string{"q"}, "q"},
		"by a part of a word":             {[]Signal{quiet}, paged("P1", 1, 20, "", "DiskFuller", ""), []string{"P1", "q"}, ""},
		"by its service":                  {[]Signal{caused}, paged("P1", 1, 20, "shop", "it is slow", "other"), []string{"a"}, "a"},
		"of its service, too early":       {[]Signal{caused}, paged("P1", 16, 20, "shop", "x", ""), []string{"P1", "a"}, ""},
		"of its service, over before":     {[]Signal{fires("b", 0, 3)}, paged("P1", 5, 20, "shop", "x", ""), []string{"P1", "b"}, ""},
		"of its service, quiet":           {[]Signal{quiet}, paged("P1", 1, 20, "disk", "x", ""), []string{"P1", "q"}, ""},
		"of another service":              {[]Signal{caused}, paged("P1", 1, 20, "cart", "x", ""), []string{"P1", "a"}, ""},
		"nothing fired":                   {nil, paged("P1", 1, 20, "shop", "x", "k1"), []string{"P1"}, ""},
	} {
		c.page.AckedAt = at(3)
		episodes := Unify(Fold(append(slices.Clone(c.alerts), c.page)))
		var left []string
		for _, e := range episodes {
			left = append(left, e.Fingerprint)
			if took := e.Fingerprint == c.acked; !e.Page && took != !e.AckedAt.IsZero() || took && (!e.Paging || e.Notifications != 2) {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if slices.Sort(left); !slices.Equal(left, c.want) {
			t.Errorf("%s: %v are left, want %v", name, left, c.want)
		}
	}
}

func TestPagesWithoutAnAlertGoByTheirTitle(t *testing.T) {
	rules := Rules(Unify(Fold([]Signal{paged("P1", 0, 9, "x", "It is slow", ""), paged("P2", 30, 39, "x", "It is slow", ""),
		fires("a", 500, 0)})), DefaultOnCall(), at(600))
	if len(rules) != 2 || rules[0].Name != "It is slow" || !rules[0].Page || rules[0].Episodes != 2 || rules[1].Name != "Rulea" ||
		rules[1].Page {
		t.Errorf("%+v", rules)
	}
}

// TestUnifyInAnyOrder: the result depends on the set of signals, no episode of an
// alert is lost, and every page is either there or answered somewhere.
func TestUnifyInAnyOrder(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "k1", "k2"})
	signal := rapid.Custom(func(t *rapid.T) Signal {
		starts := rapid.IntRange(0, 40).Draw(t, "start")
		ends := 0
		if rapid.Bool().Draw(t, "ended") {
			ends = starts + rapid.IntRange(1, 20).Draw(t, "length")
		}
		id, service := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), rapid.SampledFrom([]string{"", "shop"}).Draw(t, "service")
		if rapid.Bool().Draw(t, "page") {
			s := paged("P"+id, starts, ends, service, rapid.SampledFrom([]string{"x", "on Rulea"}).Draw(t, "title"), word.Draw(t, "key"))
			s.AckedAt = s.StartsAt.Add(time.Minute)
			return s
		}
		s := fires(id, starts, ends)
		s.Service, s.Dedup, s.Paging = service, word.Draw(t, "key"), rapid.Bool().Draw(t, "paging")
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(signal).Draw(t, "signals")
		folded := Fold(all)
		alerts := 0
		for _, e := range folded {
			alerts += one(!e.Page)
		}
		want := Unify(slices.Clone(folded))
		kept := 0
		for _, e := range want {
			kept += one(!e.Page)
		}
		if kept != alerts {
			t.Fatalf("%d of %d alerts are left", kept, alerts)
		}
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		more := slices.Concat(all, all)
		r.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		if got := Unify(Fold(more)); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
}
