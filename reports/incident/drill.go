package incident

import "time"

// Drill is one exercise as its source reports it.
type Drill struct {
	ID       string
	Source   string
	Title    string
	Services []string
	At       time.Time
	Outcome  string // "passed", "failed", "" unknown
	// Detect, Diagnose and Recover are the measured times; nil is unknown.
	Detect, Diagnose, Recover *time.Duration
	Document                  string // id of its write-up
	Rev                       int64
}
