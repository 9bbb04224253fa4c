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
	// RuleDuplicate and RuleUnread are checked where all files are known.
	RuleDuplicate = "report-duplicate"
	RuleUnread    = "report-file-unread"
	// RuleUnreachable is checked by the portal, which knows its configuration.
	RuleUnreachable = "report-unreachable"
)

// good is a definition that breaks no rule.
const good = "kind: weekly\nzone: Asia/Shanghai\nscope: {teams: [payments]}\n"

// Rules returns the rules that the files of reports/ are checked by. Each of the first
// two groups has an example that breaks it; weights and good examples are the same for
// all of them.
func Rules() []postmortems.Rule {
	rules := append(headRules(), contentRules()...)
	for n := range rules {
		rules[n].Weight, rules[n].Good = postmortems.Error, good
	}
	return append(rules, fileRules()...)
}

// headRules are the rules about the keys that every definition has.
func headRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleForm, Title: "A report definition is plain YAML with known keys",
			Why: "A misspelt key would be ignored, and the report would not be what its author meant.",
			Fix: "Write `name`, `title`, `kind`, `zone`, `publish`, `scope`, `sections`, `recipients` and `quiet`, each at most once.",
			Bad: "kind: weekly\nzone: UTC\nrecipient: [a@example.org]\n",
		},
		{
			ID: ruleName, Title: "A report's name makes an address",
			Why: "The report is at `/reports/NAME`: other characters would have to be escaped in every link.",
			Fix: "Use small letters, digits and hyphens, at most 63. The default of `name` is the file's name.",
			Bad: "name: My Report\nkind: weekly\nzone: UTC\n",
		},
		{
			ID: ruleKind, Title: "A report is daily, weekly or monthly", Why: "The kind determines which periods are compared.",
			Fix: "Write `kind: daily`, `weekly` or `monthly`.", Bad: "kind: hourly\nzone: UTC\n",
		},
		{
			ID: ruleZone, Title: "A report states the zone of its days",
			Why: "A day of Shanghai and a day of New York are different hours, and the numbers differ with them.",
			Fix: "Write a name of the tz database, such as `Asia/Shanghai`. `UTC+8` is not one: it has no changes of clocks.",
			Bad: "kind: weekly\nzone: UTC+8\n",
		},
		{
			ID: rulePublish, Title: "The time of publication is a time of day", Why: "Without a valid time the report would never be due.",
			Fix: "Write hours and minutes in quotes, such as `\"08:00\"`.", Bad: "kind: weekly\nzone: UTC\npublish: noon\n",
		},
	}
}

// contentRules are the rules about what a report contains and who gets it.
func contentRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleScope, Title: "A scope names something", Why: "An empty scope could mean everything or nothing.",
			Fix: "Name teams, services or labels; leave `scope` out for the whole organisation.",
			Bad: "kind: weekly\nzone: UTC\nscope: {teams: []}\n",
		},
		{
			ID: ruleSection, Title: "Sections exist and are named once", Why: "A section that does not exist would be missing without a message.",
			Fix: "Choose from the sections that the message lists. What makes the numbers checkable is always in a report.",
			Bad: "kind: weekly\nzone: UTC\nsections: [gossip]\n",
		},
		{
			ID: ruleRecipient, Title: "A recipient is a mail address or a configured channel",
			Why: "Sending to anything else would fail with every report.",
			Fix: "Write a list of texts: `name@example.org`, or the name of a channel of the portal's configuration.",
			Bad: "kind: weekly\nzone: UTC\nrecipients: [\"@\"]\n",
		},
		{
			ID: ruleQuiet, Title: "Quiet hours are two times of day",
			Why: "Hours that cannot be read would wake people up, or hold every report back.",
			Fix: "Write `quiet: {from: \"22:00\", to: \"08:00\"}`, in the zone of the report; leave it out for no quiet hours.",
			Bad: "kind: weekly\nzone: UTC\nquiet: {from: late, to: early}\n",
		},
	}
}

// fileRules are the rules about the folder as a whole. They have no example that breaks
// them in one file.
func fileRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleWords, Title: "Notes for a report are named for it and its period", Weight: postmortems.Error, Good: good,
			Why: "Notes that belong to no period of a report would not be shown.",
			Fix: "Name the file `reports/words/NAME/PERIOD.md`: `reports/words/weekly/2026-W47.md`.",
		},
		{
			ID: RuleDuplicate, Title: "Two reports do not share a name", Weight: postmortems.Error, Good: good,
			Why: "Both would have the same address.",
			Fix: "Give one of them another `name`. A name of a built-in report (`daily`, `weekly`, `monthly`) replaces it.",
		},
		{
			ID: RuleUnreachable, Title: "Recipients can be reached from this portal", Weight: postmortems.Warning, Good: good,
			Why: "A report to a channel that is not configured fails each time and has to be handled on `/deliveries`.",
			Fix: "Ask the portal's operator for the channel (`channels`) or for mail (`mail.host`, `mail.from`), " +
				"or name another recipient.",
		},
		{
			ID: RuleUnread, Title: "The folder `reports/` has only definitions and notes", Weight: postmortems.Warning, Good: good,
			Why: "Other files there are stored, but not read or shown.",
			Fix: "Definitions are `reports/NAME.yaml`, notes `reports/words/NAME/PERIOD.md`; move documents to another folder.",
		},
	}
}
