package incident

import (
	"cmp"
	"slices"
)

// Form describes one form of record: the reports of one feed format, the front matter
// of post-mortems, or what people enter in the portal.
type Form struct {
	Name  string // Voice.Form, as it is stored: "pagerduty"
	Title string // for people: "PagerDuty"
	// Trust orders the forms: where records disagree, the form with the higher trust
	// wins. Each form has a trust of its own.
	Trust int
	// Confidence is how sure the milestones of the form are: Stated, Measured or
	// Public. "" is Measured.
	Confidence string
	// LocalNames reports whether aliases of the form hold within their account only,
	// as the keys and the numbers of a pager do.
	LocalNames bool
}

// The forms that are no feed.
const (
	formPostmortem = "postmortem"
	formPortal     = "portal"
)

// Trust of the forms that are no feed: people who wrote a post-mortem are believed
// before people who entered an incident, and both before any feed.
const (
	trustPostmortem = 100
	// TrustPortal is above the trust of every feed.
	TrustPortal = 90
)

// ownForms returns the forms that people write in the portal itself.
func ownForms() []Form {
	return []Form{
		{Name: formPostmortem, Title: "post-mortem", Trust: trustPostmortem, Confidence: Stated},
		{Name: formPortal, Title: "entered here", Trust: TrustPortal, Confidence: Stated},
	}
}

// byTrust sorts forms, the most trusted first.
func byTrust(forms []Form) []Form {
	slices.SortFunc(forms, func(a, b Form) int {
		return cmp.Or(cmp.Compare(b.Trust, a.Trust), cmp.Compare(a.Name, b.Name))
	})
	return forms
}

// Form returns the form with the given name. A form that the policy does not know has
// nothing but its name.
func (p Policy) Form(name string) Form {
	for _, f := range p.Forms {
		if f.Name == name {
			return f
		}
	}
	return Form{Name: name, Title: name}
}

// confidence returns how sure the milestones of the form are.
func (f Form) confidence() string { return cmp.Or(f.Confidence, Measured) }

// personal reports whether a person writes records of this form.
func (f Form) personal() bool { return f.Confidence == Stated }
