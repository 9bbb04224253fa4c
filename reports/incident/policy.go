package incident

import (
	"fmt"
	"slices"
	"time"
)

// Policy is how incidents are folded and evaluated. It is configurable.
type Policy struct {
	// DetectWithin, DiagnoseWithin and RecoverWithin are the targets of 1-5-10.
	DetectWithin, DiagnoseWithin, RecoverWithin time.Duration
	// Middle is the milestone of the second target: Diagnosed ("located") or
	// Acknowledged ("a person works on it"); companies differ.
	Middle Milestone
	// MiddleName is the name of Middle in this company, such as "located" or
	// "response". "" means the name of the milestone.
	MiddleName string
	// FromDetected means that every step after the first is counted from detection. The
	// first one is always counted from the start of impact.
	FromDetected bool
	// Forms are the known forms of records, the most trusted first. An unknown form
	// ranks last.
	Forms []Form
	// MaxLength is the longest credible length: for a longer one a wrong date is
	// likelier.
	MaxLength time.Duration
}

// DefaultPolicy returns 1-5-10 as it was first published: detected in one minute,
// diagnosed in five, recovered in ten. Its forms are those of persons and of feeds,
// ordered by trust.
func DefaultPolicy(feeds ...Form) Policy {
	return Policy{
		DetectWithin: time.Minute, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 10 * time.Minute,
		Middle: Diagnosed, MaxLength: 60 * 24 * time.Hour, Forms: byTrust(append(ownForms(), feeds...)),
	}
}

// Names returns the names of the three steps of 1-5-10, in lower case.
func (p Policy) Names() [3]string {
	return [3]string{string(Detected), p.middleName(), string(Recovered)}
}

// middleName returns the name of the second step.
func (p Policy) middleName() string {
	switch {
	case p.MiddleName != "":
		return p.MiddleName
	case p.Middle == Acknowledged:
		return string(Acknowledged)
	}
	return string(Diagnosed)
}

// Targets returns the targets of the three steps, in the order of Names.
func (p Policy) Targets() [3]time.Duration {
	return [3]time.Duration{p.DetectWithin, p.DiagnoseWithin, p.RecoverWithin}
}

// Origin returns, in words, from when the steps after the first are counted.
func (p Policy) Origin() string {
	if p.FromDetected {
		return "detection"
	}
	return "the start of impact"
}

// Rule returns 1-5-10 in one sentence without a full stop; text formats a duration.
func (p Policy) Rule(text func(time.Duration) string) string {
	names, within := p.Names(), p.Targets()
	if p.FromDetected {
		return fmt.Sprintf("%s within %s of the start of impact; then, counted from detection, %s within %s and %s within %s",
			names[0], text(within[0]), names[1], text(within[1]), names[2], text(within[2]))
	}
	return fmt.Sprintf("%s within %s, %s within %s and %s within %s, all counted from the start of impact",
		names[0], text(within[0]), names[1], text(within[1]), names[2], text(within[2]))
}

// rank returns the rank of a record by trust; lower is more trusted. A duplicate ranks
// after its original.
func (p Policy) rank(v Record) int {
	i := slices.IndexFunc(p.Forms, func(f Form) bool { return f.Name == v.Form })
	if i < 0 {
		i = len(p.Forms)
	}
	if v.DuplicateOf != "" {
		return 2*i + 1
	}
	return 2 * i
}
