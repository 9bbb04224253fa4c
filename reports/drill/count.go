package drill

import (
	"slices"

	"github.com/postern/postern/reports/revision"
)

// Stats count the drills of a span of time.
type Stats struct {
	Drills, Passed, Failed int // the rest has no outcome yet
	// Covered are the services that were drilled, Uncovered those that were not;
	// both sorted.
	Covered, Uncovered []string
}

// Newest keeps the highest revision of each drill, newest drill first.
func Newest(all []Drill) []Drill {
	return revision.Newest(all, func(d Drill) revision.Mark { return revision.Mark{Source: d.Source, ID: d.ID, Rev: d.Rev, At: d.At} })
}

// Count counts drills, of which Newest has kept one each, against the services
// that there are.
func Count(drills []Drill, services []string) Stats {
	s := Stats{Drills: len(drills)}
	covered := map[string]bool{}
	for _, d := range drills {
		switch d.Outcome {
		case "passed":
			s.Passed++
		case "failed":
			s.Failed++
		}
		for _, name := range d.Services {
			covered[name] = true
		}
	}
	for name := range covered {
		s.Covered = append(s.Covered, name)
	}
	slices.Sort(s.Covered)
	for _, name := range slices.Sorted(slices.Values(services)) {
		if !covered[name] {
			s.Uncovered = append(s.Uncovered, name)
		}
	}
	return s
}
