package slo

// Origin is what one source is to the counts of a series over some time. Sources
// are never added up: one speaks for each UTC day.
type Origin struct {
	Source string
	Days   int // UTC days that it speaks for
	Aside  int // UTC days on which it counted, too, and was set aside
}
