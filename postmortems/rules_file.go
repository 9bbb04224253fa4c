package postmortems

// fileRules are about the file and its front matter as a whole.
func fileRules() []Rule {
	return []Rule{
		{
			ID: ruleNotText, Title: "A document is UTF-8 text", Weight: Error,
			Why:  "Other encodings are displayed differently on every machine, and search cannot find their words.",
			Fix:  "Save the file as UTF-8. Most editors offer this in the save dialogue.",
			Bad:  "# Checkout\n\nIt took caf\xe9 down.\n",
			Good: "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\n# Checkout\n\nIt took café down.\n",
		},
		{
			ID: ruleFrontUnclosed, Title: "Front matter ends with a line `---`", Weight: Error,
			Why:  "Without the closing line it is unclear where the data ends and the text begins.",
			Fix:  "Put a line with three hyphens below the last key.",
			Bad:  "---\ntitle: Checkout was slow\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleFrontTemplate, Title: "Front matter is data, not a template", Weight: Error,
			Why:  "The file is a template for another tool that replaces the parts in braces. The portal does not.",
			Fix:  "Write the values out. Keep templates of other tools outside the repository, or under a name that does not end in `.md`.",
			Bad:  "---\ntitle: {{ .Name }}\n---\n\nText.\n",
			Good: sample(),
		},
		{
			ID: ruleFrontLimit, Title: "Front matter is at most 32 KiB, 512 keys and 16 levels deep", Weight: Error,
			Why:  "Front matter is written and read by people. Anything larger is data in the wrong place, or an attack.",
			Fix:  "Move the data into a file of its own and link to it.",
			Good: sample(),
		},
		{
			ID: ruleFrontTOML, Title: "Front matter is YAML between lines of `---`", Weight: Warning,
			Why:  "Of TOML front matter (between lines of `+++`) only title, date, authors, draft and published are read.",
			Fix:  "Rewrite it as YAML: `key: value`, between lines of `---`. `postern import hugo` converts a whole folder.",
			Bad:  "+++\ntitle = \"Checkout was slow\"\ndate = 2026-10-03\nauthors = [\"Ada\"]\n+++\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleYAMLSyntax, Title: "Front matter is valid YAML", Weight: Error,
			Why: "After a syntax error the portal could only guess which value belongs to which key.",
			Fix: "The message gives line and column. The usual cause is a text with `: `, `#` or quotes that itself needs quotes: `title: " +
				"'Outage: the sequel'`.",
			Bad:  "---\ntitle: Checkout: slow again\n---\n\nRequests waited.\n",
			Good: sample("summary: 'Checkout: slow again'"),
		},
		{
			ID: ruleYAMLFeature, Title: "Front matter has no anchors, aliases, tags or second document", Weight: Error,
			Why:  "They replace a value by another one, and a kilobyte of them can expand to gigabytes.",
			Fix:  "Write the values out. A text that begins with `*`, `&` or `!` needs quotes.",
			Bad:  "---\ntitle: *important* outage\n---\n\nRequests waited.\n",
			Good: sample("summary: '*important* outage'"),
		},
		{
			ID: ruleYAMLDuplicate, Title: "A key occurs once", Weight: Error,
			Why:  "One of the two values would be lost, and which one depends on the reader.",
			Fix:  "Keep one of the two. Several values of one key are a list.",
			Bad:  sample("incident:", "  services: [checkout]", "  services: [payments]"),
			Good: sample("incident:", "  services: [checkout, payments]"),
		},
	}
}

// keyRules are about single keys of any document.
func keyRules() []Rule {
	return []Rule{
		{
			ID: ruleKeyUnknown, Title: "Keys are those of the schema", Weight: Warning,
			Why:  "A misspelt key is stored but not used: the document looks as if the value were missing.",
			Fix:  "Correct the spelling, or remove the key. Keys for other tools may stay.",
			Bad:  sample("sevrity: SEV2"),
			Good: sample("incident:", "  severity: SEV2"),
		},
		{
			ID: ruleValueForm, Title: "Values have the form that their key requires", Weight: Error,
			Why:  "A list where one text belongs, or a text where a number belongs, would be ignored.",
			Fix:  "The message names the required form. One text: `key: text`. A list: `key: [one, two]`.",
			Bad:  sample("trigger: [deploy, retry]"),
			Good: sample("trigger: deploy, then retries"),
		},
		{
			ID: ruleIDInvalid, Title: "An `id` is 1 to 64 letters, digits, dots, hyphens or underscores", Weight: Error,
			Why:  "The id is the document's permanent address `/p/ID`, written into tickets and chats.",
			Fix:  "Choose a short id without blanks that begins with a letter or a digit, such as `PM-2026-014`. It must never change.",
			Bad:  sample("id: PM 2026/014"),
			Good: sample("id: PM-2026-014"),
		},
		{
			ID: ruleKindFolder, Title: "`kind` agrees with the folder", Weight: Error,
			Why:  "The folder decides what a document is and where it lives. A different statement in the file would contradict it.",
			Fix:  "Leave `kind` out, or move the file into the folder of its kind.",
			Bad:  sample("kind: runbook"),
			Good: sample("kind: postmortem"),
		},
		{
			ID: ruleRedirect, Title: "`redirects` are addresses of this portal that begin with `/`", Weight: Error,
			Why:  "An address in another form cannot redirect.",
			Fix:  "Write the path of the old address, percent-encoded, without the host: `/guides/old-name`.",
			Bad:  sample("redirects: [guides/old-name]"),
			Good: sample("redirects: [/guides/old-name]"),
		},
		{
			ID: rulePercent, Title: "A percentage is between 0 and 100, except for error budgets", Weight: Error,
			Why:  "Reports use the number, and no one would notice there that it is a fraction or a count.",
			Fix:  "`requests_pct: 3.5` is three and a half percent. `budget_burned_pct` may exceed 100 but is not negative.",
			Bad:  sample("impact:", "  requests_pct: 350"),
			Good: sample("impact:", "  requests_pct: 35"),
		},
		{
			ID: ruleTitleMissing, Title: "A document has a title", Weight: Warning,
			Why:  "Lists and search show the title. Without one they show a title made from the file name.",
			Fix:  "Begin the text with a heading `# Title`, or set `title:` in the front matter.",
			Bad:  "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\nRequests waited.\n",
			Good: "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\n# Checkout was slow\n\nRequests waited.\n",
		},
	}
}

// statusRules are about the keys that control publishing.
func statusRules() []Rule {
	return []Rule{
		{
			ID: ruleStatusUnknown, Title: "`status` is draft, review, published or archived", Weight: Error,
			Why:  "Readers trust a published document and are warned of a draft. An unknown word means neither.",
			Fix:  "Use one of the four words, or leave `status` out, which means published.",
			Bad:  sample("status: complete"),
			Good: sample("status: published"),
		},
		{
			ID: ruleKeptBack, Title: "`draft` and `published` are true or false", Weight: Warning,
			Why: "`draft: true` and `published: false` keep a document from being published, as in Hugo, Jekyll, Docusaurus and MkDocs. Other " +
				"words are not understood. Because publishing by mistake cannot be undone, such a document is not published either.",
			Fix: "Write `true` or `false`, or leave the key out, which means published. `status: draft` is different: the document is " +
				"published and marked as a draft.",
			Bad:  sample("draft: maybe"),
			Good: sample("draft: false"),
		},
	}
}
