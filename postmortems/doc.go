// Package postmortems is the domain of Postern's knowledge: documents and their kinds,
// the front matter, the typed post-mortem with its milestones, timeline and action
// items, and the rules that pushed files are checked by.
//
// It is pure: no storage, no HTTP, no clock, no files. Compile turns the bytes of one
// repository file into a Document:
//
//	file bytes -> Source (front matter | body, with line offsets)
//	           -> FrontMatter (typed, with Problems at line and column)
//	           -> Body (from a BodyRenderer: HTML, headings, text, links, rows)
//	           -> Document (typed rows and milestones derived from both)
//
// No text of the author is lost: what a rule does not understand stays in the source,
// which is stored beside the values derived from it.
//
// # Where to look
//
//	files and kinds    document.go, address.go (kinds, addresses), changeset.go,
//	                   source.go (front matter and body apart), compile.go
//	front matter       front.go, front_incident.go, front_times.go, front_actions.go,
//	                   front_keptback.go; schema.go for editors
//	body               body.go (what a renderer returns), roles.go (which section is
//	                   the summary, the timeline …), fill.go (links of a page)
//	timelines          timeline.go, timelinecolumns.go, timelinedays.go,
//	                   timelinechecks.go, recovery.go (what ended the impact);
//	                   timestamp.go reads one time
//	time zones         zone.go (one zone), zoneclaim.go (what a text says about its
//	                   times), zoneplace.go (places are no zones), zonenames.go
//	action items       actions.go, action_text.go
//	durations          durations.go
//	rules              rule.go, rules.go, rules_file.go, rules_record.go,
//	                   rules_repository.go (their texts), checker.go (reports a
//	                   problem), problem.go, policy.go (settings of the portal)
//	texts for authors  feedback.go, feedback_warnings.go, receipt.go, caret.go (the
//	                   quoted line), printable.go, template.go (a new document)
package postmortems
