// Package reporting answers the pages about reports, what was delivered of them, and the
// background jobs.
//
// # Where to look
//
//	reports             list.go (lists, comparisons, the feed), report.go (one),
//	                    file.go (its other forms), paper.go (PDF), run.go
//	deliveries          deliveries.go
//	jobs                jobs.go
//	routes and needs    handler.go, deps.go
package reporting
