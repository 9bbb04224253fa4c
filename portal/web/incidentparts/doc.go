// Package incidentparts has what pages of several subjects show of an incident.
//
// # Where to look
//
//	in a list           row.go, ticks.go (1-5-10)
//	the drawing         strip.go (milestones to scale)
//	what belongs to it  budget.go (error budget, drafts of post-mortems)
package incidentparts
