// Package incidents answers the pages about incidents, alerts, changes and slow SQL.
//
// # Where to look
//
//	incidents           list.go, incident.go (one), summary.go (what its page begins
//	                    with), sources.go (who reported what), edit.go (the forms)
//	alerts              alerts.go
//	changes and drills  changes.go
//	slow statements     slowsql.go
//	all of them         base.go (tabs, range, figures)
//	routes and needs    handler.go, deps.go
package incidents
