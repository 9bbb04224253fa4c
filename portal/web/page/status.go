package page

import "context"

// StatusReporter reports whether the portal can do its work.
type StatusReporter interface {
	Status(ctx context.Context) Status
}

// Status is the answer of /readyz.
type Status struct {
	Ready    bool          `json:"ready"`   // started, reconciled, not stopping, and every part works
	Reading  bool          `json:"reading"` // pages are answered, whatever else fails
	Checks   []StatusCheck `json:"checks"`
	IndexLag uint64        `json:"index_lag"` // changes of the library that search does not know yet
	Version  string        `json:"version"`
}

// StatusCheck is one part of the portal.
type StatusCheck struct {
	Name string `json:"name"` // "database", "index", "git", "writes"
	OK   bool   `json:"ok"`
	// Degraded means that the part has a failure and does what it still can: the portal
	// stays ready, as a restart or another replica would not help.
	Degraded bool   `json:"degraded,omitempty"`
	Detail   string `json:"detail,omitempty"` // a short word for the operator; no paths, no causes
}
