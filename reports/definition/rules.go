package definition

import "github.com/postern/postern/postmortems"

// Ids of the rules of this package; pages and push answers name them.
const (
	ruleForm      = "report-form"
	ruleName      = "report-name"
	ruleKind      = "report-kind"
	ruleZone      = "report-zone"
	rulePublish   = "report-publish"
	ruleScope     = "report-scope"
	ruleSection   = "report-section"
	ruleRecipient = "report-recipient"
	ruleQuiet     = "report-quiet"
	ruleWords     = "report-words"
	// RuleDuplicate and RuleUnread are judged by whoever sees all files.
	RuleDuplicate = "report-duplicate"
	RuleUnread    = "report-file-unread"
	// RuleUnreachable is judged by the portal, which knows its configuration.
	RuleUnreachable = "report-unreachable"
)

// good is a definition that breaks no rule.
const good = "kind: weekly\nzone: Asia/Shanghai\nscope: {teams: [payments]}\n"

// Rules are what the files of reports/ are judged by.
func Rules() []postmortems.Rule {
	rule := func(id, title, why, mend, bad string) postmortems.Rule {
		return postmortems.Rule{ID: id, Title: title, Weight: postmortems.Error, Why: why, Mend: mend, Bad: bad, Good: good}
	}
	rules := []postmortems.Rule{
		rule(ruleForm, "A report definition is plain YAML with known keys", "A key that is misspelt would be left out in silence, and the report would be another than was meant.",
			"Write `name`, `title`, `kind`, `zone`, `publish`, `scope`, `sections`, `recipients` and `quiet`, each at most once.", "kind: weekly\nzone: UTC\nrecipient: [a@example.org]\n"),
		rule(ruleName, "A report's name makes an address", "The report lies at `/reports/NAME`: other characters would have to be escaped wherever it is linked.",
			"Use small letters, digits and hyphens, at most 63. Without `name` the file's name counts.", "name: My Report\nkind: weekly\nzone: UTC\n"),
		rule(ruleKind, "A report is daily, weekly or monthly", "What is compared, and with what, follows from the kind.", "Write `kind: daily`, `weekly` or `monthly`.", "kind: hourly\nzone: UTC\n"),
		rule(ruleZone, "A report states the zone whose days count", "A day of Shanghai and a day of New York are different hours, and the numbers differ with them.",
			"Write a name of the tz database, such as `Asia/Shanghai`. `UTC+8` is no such name: it knows no change of clocks.", "kind: weekly\nzone: UTC+8\n"),
		rule(rulePublish, "The time of publication is a time of day", "A report that is due at no time would never be made.", "Write hours and minutes in quotes, such as `\"08:00\"`.", "kind: weekly\nzone: UTC\npublish: noon\n"),
		rule(ruleScope, "A scope names something", "An empty scope could mean all or nothing.", "Name teams, services or labels; leave `scope` out for the whole organisation.", "kind: weekly\nzone: UTC\nscope: {teams: []}\n"),
		rule(ruleSection, "Sections are among those there are, each once", "A section that is not known would be missing without a word.", "The message lists them. What makes the numbers checkable is always there.", "kind: weekly\nzone: UTC\nsections: [gossip]\n"),
		rule(ruleRecipient, "A recipient is a mail address or a configured channel", "What cannot be sent to would fail with every report.", "Write a list of texts: `name@example.org`, or the name of a channel of the portal's configuration.", "kind: weekly\nzone: UTC\nrecipients: [\"@\"]\n"),
		rule(ruleQuiet, "Quiet hours are two times of day", "Hours that are not understood would wake somebody, or hold every report back.", "Write `quiet: {from: \"22:00\", to: \"08:00\"}`, in the zone of the report; leave it out when any hour will do.", "kind: weekly\nzone: UTC\nquiet: {from: late, to: early}\n"),
	}
	return append(rules,
		postmortems.Rule{ID: ruleWords, Title: "Words for a report lie under its name and period", Weight: postmortems.Error,
			Why:  "Words that belong to no period of a report would be shown nowhere.",
			Mend: "Name the file `reports/words/NAME/PERIOD.md`: `reports/words/weekly/2026-W47.md`.", Good: good},
		postmortems.Rule{ID: RuleDuplicate, Title: "Two reports do not share a name", Weight: postmortems.Error,
			Why:  "Both would lie at one address, and which one is shown would be left to chance.",
			Mend: "Give one of them another `name`. A name of a built-in report (`daily`, `weekly`, `monthly`) takes its place.", Good: good},
		postmortems.Rule{ID: RuleUnreachable, Title: "Recipients can be reached from this portal", Weight: postmortems.Warning,
			Why:  "A report to a channel that is not configured fails each time, and waits on `/deliveries` for a person.",
			Mend: "Ask the portal's operator for the channel (`channels`) or for mail (`mail.host`, `mail.from`), or name another recipient.", Good: good},
		postmortems.Rule{ID: RuleUnread, Title: "The folder `reports/` holds definitions and words alone", Weight: postmortems.Warning,
			Why:  "Other files there are stored, but nothing reads them and no reader sees them.",
			Mend: "Definitions are `reports/NAME.yaml`, words `reports/words/NAME/PERIOD.md`; move documents to another folder.", Good: good},
	)
}
