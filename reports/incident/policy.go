package incident

import (
	"fmt"
	"slices"
	"time"
)

// Policy is how incidents are folded and judged; each portal may state its own.
type Policy struct {
	// DetectWithin, DiagnoseWithin and RecoverWithin are the targets of 1-5-10.
	DetectWithin, DiagnoseWithin, RecoverWithin time.Duration
	// Middle is the milestone of the second target: Diagnosed ("located") or
	// Acknowledged ("somebody is on it"); companies differ.
	Middle Milestone
	// MiddleName is what it is called here: "located", "response". Empty is the
	// milestone's own name.
	MiddleName string
	// FromDetected counts every step after the first from detection, not from the
	// start of impact. The first target is from the start of impact always.
	FromDetected bool
	// Forms are the known forms of voices, the most trusted first. A form that is
	// not among them ranks last.
	Forms []Form
	// MaxLength is from when on a length is doubted: a date that is months off is
	// likelier than an incident of months.
	MaxLength time.Duration
}

// DefaultPolicy returns 1-5-10 as it was first published: detected in one minute,
// diagnosed in five, recovered in ten. It knows the forms of people's own words and
// those given, ordered by trust.
func DefaultPolicy(feeds ...Form) Policy {
	return Policy{
		DetectWithin: time.Minute, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 10 * time.Minute,
		Middle: Diagnosed, MaxLength: 60 * 24 * time.Hour, Forms: byTrust(append(ownForms(), feeds...)),
	}
}

// Names are what the three steps of 1-5-10 are called, in lower case.
func (p Policy) Names() [3]string {
	return [3]string{string(Detected), p.middleName(), string(Recovered)}
}

func (p Policy) middleName() string {
	switch {
	case p.MiddleName != "":
		return p.MiddleName
	case p.Middle == Acknowledged:
		return string(Acknowledged)
	}
	return string(Diagnosed)
}

// Targets are those of the three steps, in the order of Names.
func (p Policy) Targets() [3]time.Duration {
	return [3]time.Duration{p.DetectWithin, p.DiagnoseWithin, p.RecoverWithin}
}

// Origin tells in words from when the steps after the first are counted.
func (p Policy) Origin() string {
	if p.FromDetected {
		return "detection"
	}
	return "the start of impact"
}

// Rule is the whole of 1-5-10 in one sentence without a full stop; text writes a
// duration.
func (p Policy) Rule(text func(time.Duration) string) string {
	names, within := p.Names(), p.Targets()
	if p.FromDetected {
		return fmt.Sprintf("%s within %s of the start of impact; then, counted from detection, %s within %s and %s within %s",
			names[0], text(within[0]), names[1], text(within[1]), names[2], text(within[2]))
	}
	return fmt.Sprintf("%s within %s, %s within %s and %s within %s, all counted from the start of impact",
		names[0], text(within[0]), names[1], text(within[1]), names[2], text(within[2]))
}

// rank orders voices by trust; smaller is better. A duplicate counts less than
// what it is a duplicate of.
func (p Policy) rank(v Voice) int {
	i := slices.IndexFunc(p.Forms, func(f Form) bool { return f.Name == v.Form })
	if i < 0 {
		i = len(p.Forms)
	}
	if v.DuplicateOf != "" {
		return 2*i + 1
	}
	return 2 * i
}
