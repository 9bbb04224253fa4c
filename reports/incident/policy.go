package incident

import (
	"slices"
	"time"
)

// Policy is how incidents are folded and judged; each portal may state its own.
type Policy struct {
	// DetectWithin, DiagnoseWithin and RecoverWithin are the targets of 1-5-10,
	// from the start of impact.
	DetectWithin, DiagnoseWithin, RecoverWithin time.Duration
	// Middle is the milestone of the second target: Diagnosed ("located") or
	// Acknowledged ("somebody is on it"); companies differ.
	Middle Milestone
	// FromDetected counts from detection where the start of impact is unknown.
	FromDetected bool
	// Forms are the forms of voices, the most trustworthy first. Those that are
	// not named come last.
	Forms []string
	// MaxLength is from when on a length is doubted: a date that is months off is
	// likelier than an incident of months.
	MaxLength time.Duration
}

// DefaultPolicy is 1-5-10 as it was first published: detected in one minute,
// diagnosed in five, recovered in ten.
func DefaultPolicy() Policy {
	return Policy{
		DetectWithin: time.Minute, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 10 * time.Minute,
		Middle: Diagnosed, MaxLength: 60 * 24 * time.Hour,
		Forms: []string{"postmortem", "portal", "ndjson", "opsgenie", "pagerduty", "grafana-oncall", "cdevents", "alertmanager", "statuspage"},
	}
}

// rank orders voices by trust; smaller is better. A duplicate counts less than
// what it is a duplicate of.
func (p Policy) rank(v Voice) int {
	i := slices.Index(p.Forms, v.Form)
	if i < 0 {
		i = len(p.Forms)
	}
	if v.DuplicateOf != "" {
		return 2*i + 1
	}
	return 2 * i
}

// confidence is how sure the milestones of a form are.
func confidence(form string) string {
	switch form {
	case "postmortem", "portal":
		return Stated
	case "statuspage":
		return Public
	}
	return Measured
}

// personal tells the forms that a person writes.
func personal(form string) bool { return confidence(form) == Stated }
