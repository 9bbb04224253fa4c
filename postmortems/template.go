package postmortems

import (
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/yamldoc"
)

// NewDocument returns a pre-filled document of a kind, for "postern new". Values that
// are not known yet are null or empty, so that it breaks only rules about missing
// values. incident may be "". An unknown kind is a fault of kind Invalid. now decides
// the day of review and the date in the heading of a timeline. The status is draft,
// which is published and marked as one.
func NewDocument(kind Kind, title, incident string, now time.Time) ([]byte, error) {
	const op = "postmortems.NewDocument"
	if !kind.Valid() {
		return nil, fault.Newf(fault.Invalid, op, "kind %q is not known: use one of %v", kind, Kinds())
	}
	front := yamldoc.Pairs{{Key: "title", Value: oneLine(title)}, {Key: "status", Value: string(StatusDraft)}}
	if kind == Postmortem || kind == Drill {
		front = append(front, incidentFront(oneLine(incident))...)
	} else {
		front = append(front,
			yamldoc.Pair{Key: "owner", Value: nil},
			yamldoc.Pair{Key: "tags", Value: []string{}},
			yamldoc.Pair{Key: "review_by", Value: yamldoc.Date(now.AddDate(1, 0, 0))},
		)
	}
	yaml, err := yamldoc.Encode(front)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, op, "", err)
	}
	return []byte("---\n" + string(yaml) + "---\n\n" + templateBody(kind, now)), nil
}

// incidentFront returns the keys of a post-mortem in the order in which they are filled
// in. All keys are present, so that an author sees what can be stated.
func incidentFront(incident string) yamldoc.Pairs {
	var ref any
	if incident != "" {
		ref = incident
	}
	return yamldoc.Pairs{
		{Key: "authors", Value: []string{}},
		{Key: "owner", Value: nil},
		{Key: "tags", Value: []string{}},
		{Key: "incident", Value: yamldoc.Pairs{
			{Key: "ref", Value: ref}, {Key: "severity", Value: nil}, {Key: "services", Value: []string{}},
			{Key: "environment", Value: nil}, {Key: "detected_by", Value: nil},
		}},
		{Key: "times", Value: yamldoc.Pairs{
			{Key: "started", Value: nil}, {Key: "detected", Value: nil}, {Key: "acknowledged", Value: nil}, {Key: "diagnosed", Value: nil},
			{Key: "mitigated", Value: nil}, {Key: "recovered", Value: nil}, {Key: "resolved", Value: nil},
		}},
		{Key: "impact", Value: yamldoc.Pairs{
			{Key: "summary", Value: nil}, {Key: "users", Value: nil}, {Key: "requests_pct", Value: nil}, {Key: "slo", Value: []yamldoc.Pairs{}},
		}},
		{Key: "trigger", Value: nil},
		{Key: "root_causes", Value: []string{}},
		{Key: "contributing_factors", Value: []yamldoc.Pairs{}},
		{Key: "change_ref", Value: nil},
		{Key: "alerts", Value: []string{}},
		{Key: "actions", Value: []yamldoc.Pairs{}},
	}
}

// section is one heading of a template with a question for the author. The question is
// written as an HTML comment.
type section struct{ heading, question string }

// templateBody returns headings with a comment below each, which is not rendered.
// Comments are left out of the page, so a section that is not filled in shows only its
// heading.
func templateBody(kind Kind, now time.Time) string {
	var out strings.Builder
	for _, s := range templateSections(kind, now) {
		fmt.Fprintf(&out, "## %s\n\n<!-- %s -->\n\n", s.heading, s.question)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// templateSections returns the headings of a kind. assignRoles recognises the headings
// of a post-mortem.
func templateSections(kind Kind, now time.Time) []section {
	switch kind {
	case Postmortem:
		return []section{
			{"Summary", "Two sentences for readers who were not involved."},
			{"Impact", "Who was affected, how, and for how long?"},
			{"Timeline " + now.UTC().Format(time.DateOnly), "A list: 08:04 what happened. Times are UTC unless the heading says otherwise."},
			{"Detection", "How was it detected, and what could have detected it earlier?"},
			{"Root cause", "Why did it happen? Systems, not people."},
			{"Contributing factors", "What made it more likely, longer or worse?"},
			{"Resolution", "What resolved it?"},
			{"Lessons learned", "What went well, what went wrong, where did we get lucky?"},
			{"Action items", "A task list: [ ] action item (@owner, due 2026-12-31) TICKET-1"},
		}
	case Runbook:
		return []section{
			{"Symptoms", "What does the reader see? Name the alerts in the front matter: alerts: [AlertName]"},
			{"Impact", "How are users affected?"},
			{"Diagnosis", "Commands to run, and the meaning of their output."},
			{"Mitigation", "What stops the impact now, and how to undo it."},
			{"Escalation", "Whom to call, and when."},
		}
	case Drill:
		return []section{
			{"Goal", "What do you want to learn?"},
			{"Scenario", "What is broken deliberately, and how is it restored?"},
			{"Abort criteria", "When must the drill be stopped at once?"},
			{"Timeline " + now.UTC().Format(time.DateOnly), "A list: 08:04 what happened."},
			{"Lessons learned", "What was expected, and what was not?"},
			{"Action items", "A task list: [ ] action item (@owner, due 2026-12-31) TICKET-1"},
		}
	case Standard:
		return []section{{"Scope", "Who must follow this?"}, {"Requirements", "MUST, SHOULD, MAY."},
			{"Exceptions", "Who grants them, and for how long?"}}
	case Framework:
		return []section{{"Purpose", "Which question does this framework answer?"}, {"Model", "Terms and how they relate."},
			{"How to use it", "Steps, with an example."}}
	case Training:
		return []section{{"Audience", "Who is it for, and what must they know already?"}, {"Lesson", "The text."},
			{"Exercises", "With solutions."}}
	}
	return []section{{"Purpose", "What can readers do after reading this?"}, {"Steps", "In order."}, {"Related", "Links to documents."}}
}
