// Package change evaluates changes to production: deployments, rollbacks, removals and
// configuration changes, and which of them failed. It is pure.
//
// link.go finds the incidents that a change is known or suspected to have caused,
// stats.go counts.
package change

import "time"

// Change is one change as its source reports it.
type Change struct {
	ID          string // unique within the source
	Source      string
	Service     string
	Environment string
	At          time.Time
	Kind        string // "deployed", "upgraded", "rolledback", "removed", "merged", "config"
	Outcome     string // "succeeded", "failed", "rolledback", "" unknown
	Artifact    string
	Title       string
	URL         string
	Author      string
	Committed   time.Time // of its newest commit; zero: unknown
	Rev         int64
	// Incidents are ids that the source itself links.
	Incidents []string
	Freeze    bool // inside a stated freeze window
	Rollback  bool // has a rollback plan
}
