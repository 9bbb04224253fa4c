package incidentparts

import (
	"math"

	"github.com/postern/postern/portal/base/humanize"
)

// DraftPostmortem is a post-mortem that was pushed and is not published.
type DraftPostmortem struct {
	Title, Branch string
	Address       string // of its preview, without the portal's prefix
}

// BudgetSpent is how much of the error budget of one SLO an incident consumed. All
// numbers are of the traffic while the incident had impact, whatever caused the failures.
type BudgetSpent struct {
	SLO   string
	Title string  // of the objective; "" it has none
	Bad   float64 // bad events while it lasted, or bad slices
	// 0.1 means a tenth of the whole budget; more than 1 is possible.
	Share     float64 // of what the whole of the objective's own window permits
	Estimated bool    // Share is: the window is not over
}

// BadCount returns the bad events, rounded; slices may be bad by a fraction.
func (b BudgetSpent) BadCount() string { return humanize.Number(int(math.Round(b.Bad))) }
