package postmortems

import (
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/yamldoc"
)

// NewDocument is a pre-filled document of a kind, for "postern new". What is not
// yet known is null or empty, so that it breaks no rule but those that ask for
// what the author has to fill in. incident may be "". An unknown kind is
// fault.Invalid.
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

// incidentFront are the keys of a post-mortem in the order they are filled in.
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

// section is one heading of a template with what belongs below it.
type section struct{ heading, ask string }

// templateBody writes headings with a comment each, which no reader sees.
func templateBody(kind Kind, now time.Time) string {
	var out strings.Builder
	for _, s := range templateSections(kind, now) {
		fmt.Fprintf(&out, "## %s\n\n<!-- %s -->\n\n", s.heading, s.ask)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

func templateSections(kind Kind, now time.Time) []section {
	switch kind {
	case Postmortem:
		return []section{
			{"Summary", "Two sentences for somebody who was not there."},
			{"Impact", "Who felt what, for how long?"},
			{"Timeline " + now.UTC().Format(time.DateOnly), "A list: 08:04 what happened. Times are UTC unless the heading says otherwise."},
			{"Detection", "How did we find out, and what would have told us earlier?"},
			{"Root cause", "Why did it happen? Systems, not people."},
			{"Contributing factors", "What made it more likely, longer or worse?"},
			{"Resolution", "What ended it?"},
			{"Lessons learned", "What went well, what went wrong, where were we lucky?"},
			{"Action items", "A task list: [ ] what is to be done (@owner, due 2026-12-31) TICKET-1"},
		}
	case Runbook:
		return []section{
			{"Symptoms", "What does the reader see? Name the alerts in the front matter: alerts: [AlertName]"},
			{"Impact", "What do users feel?"},
			{"Diagnosis", "Commands to run, and what their output means."},
			{"Mitigation", "What stops the pain now, and how to undo it."},
			{"Escalation", "Who else, and when."},
		}
	case Drill:
		return []section{
			{"Goal", "What should be learned?"},
			{"Scenario", "What is broken on purpose, and how is it undone?"},
			{"Abort criteria", "When is it stopped at once?"},
			{"Timeline " + now.UTC().Format(time.DateOnly), "A list: 08:04 what happened."},
			{"Lessons learned", "What was as expected, and what was not?"},
			{"Action items", "A task list: [ ] what is to be done (@owner, due 2026-12-31) TICKET-1"},
		}
	case Standard:
		return []section{{"Scope", "Who must follow this?"}, {"Requirements", "MUST, SHOULD, MAY."}, {"Exceptions", "Who grants them, and how long?"}}
	case Framework:
		return []section{{"Purpose", "Which question does it answer?"}, {"Model", "Terms and how they relate."}, {"How to use it", "Steps, with an example."}}
	case Training:
		return []section{{"Audience", "For whom, and what must they know before?"}, {"Lesson", "The text."}, {"Exercises", "With solutions."}}
	}
	return []section{{"Purpose", "What can the reader do afterwards?"}, {"Steps", "In order."}, {"Related", "Links to documents."}}
}
