package incident

import (
	"slices"

	"github.com/postern/postern/reports/tally"
)

// DrillStats are the counts of the drills of a span of time.
type DrillStats struct {
	Drills, Passed, Failed int // the rest has no outcome yet
	// Covered are the services that were drilled, Uncovered those that were not;
	// both sorted.
	Covered, Uncovered []string
}

// NewestDrills returns the highest revision of each drill, newest drill first.
func NewestDrills(all []Drill) []Drill {
	return tally.Newest(all, func(d Drill) tally.Mark { return tally.Mark{Source: d.Source, ID: d.ID, Rev: d.Rev, At: d.At} })
}

// CountDrills returns the counts of drills, of which there must be one revision each (see
// NewestDrills), and compares them with all services.
func CountDrills(drills []Drill, services []string) DrillStats {
	s := DrillStats{Drills: len(drills)}
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
