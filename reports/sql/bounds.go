package sql

// The bounds of the numbers of an observation. Observations that were stored before
// there were bounds may exceed them; they are marked (Observation.Odd) and add nothing
// to a sum.
const (
	MostExecution = 30 * 24 * 3600 // seconds of one execution
	MostSeconds   = 1e10           // of all executions: three hundred years of one session
	MostCount     = 1e15           // executions or rows: exact as a float64
)

// Credible reports whether every number of the observation is within its bounds.
func (o Observation) Credible() bool {
	most := float64(MostSeconds)
	if o.Count == 1 && !o.Cumulative {
		most = MostExecution
	}
	if !(o.Seconds >= 0 && o.Seconds <= most) {
		return false
	}
	for _, t := range o.Times {
		if !(t >= 0 && t <= MostExecution) {
			return false
		}
	}
	for _, n := range []int64{o.Count, o.RowsExamined, o.RowsSent} {
		if n < 0 || n > MostCount {
			return false
		}
	}
	return true
}
