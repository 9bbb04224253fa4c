package app

import (
	"testing"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
)

// TestRanking counts action items as their writers ranked them: an item without a
// state is open, and one that is open says more than one that was done.
func TestRanking(t *testing.T) {
	for name, c := range map[string]struct {
		items []postmortems.Action
		want  reports.Ranking
	}{
		"none":       {nil, reports.Ranking{}},
		"unranked":   {[]postmortems.Action{{Text: "a"}, {Text: "b", Priority: "P1"}}, reports.Ranking{Items: 2, Unranked: 1}},
		"written p0": {[]postmortems.Action{{Priority: "p0", Status: "done"}}, reports.Ranking{Items: 1, P0: "done"}},
		"open wins": {[]postmortems.Action{{Priority: "P0", Status: "dropped"}, {Priority: "P0"}, {Priority: "P0", Status: "done"}},
			reports.Ranking{Items: 3, P0: "open"}},
		"dropped": {[]postmortems.Action{{Priority: "P0", Status: "dropped"}}, reports.Ranking{Items: 1, P0: "dropped"}},
	} {
		if got := ranking(c.items); *got != c.want {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
	}
}
