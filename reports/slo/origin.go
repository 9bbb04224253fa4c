package slo

// Origin is what one source contributes to the counts of a series over some time.
// Counts of several sources are never added: one source counts for each UTC day.
type Origin struct {
	Source string
	Days   int // UTC days for which its counts are used
	Aside  int // UTC days for which those of another source are used instead
}
