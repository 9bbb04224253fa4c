package postmortems

// fileRules are about the file and its front matter as such.
func fileRules() []Rule {
	return []Rule{
		{
			ID: ruleNotText, Title: "A document is UTF-8 text", Weight: Error,
			Why:  "Bytes that are no text are shown as different characters on every machine, and cannot be found by search.",
			Mend: "Save the file as UTF-8. In most editors this is a choice of the save dialogue.",
			Bad:  "# Checkout\n\nIt took caf\xe9 down.\n",
			Good: "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\n# Checkout\n\nIt took café down.\n",
		},
		{
			ID: ruleFrontUnclosed, Title: "Front matter ends with a line `---`", Weight: Error,
			Why:  "Without the closing line the whole text would be read as data, or the data shown as text.",
			Mend: "Put a line with three hyphens below the last key.",
			Bad:  "---\ntitle: Checkout was slow\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleFrontTemplate, Title: "Front matter is data, not a template", Weight: Error,
			Why:  "The file is a template for another tool, which fills in what stands in braces. Here nothing would.",
			Mend: "Write the values out. Keep templates of other tools outside the repository, or under a name that does not end in `.md`.",
			Bad:  "---\ntitle: {{ .Name }}\n---\n\nText.\n",
			Good: sample(),
		},
		{
			ID: ruleFrontLimit, Title: "Front matter is at most 32 KiB, 512 keys and 16 levels deep", Weight: Error,
			Why:  "Front matter is written by hand and read by hand. What is larger is data in the wrong place, or an attack.",
			Mend: "Move the data into a file of its own and link to it.",
			Good: sample(),
		},
		{
			ID: ruleFrontTOML, Title: "Front matter is YAML between lines of `---`", Weight: Warning,
			Why:  "Of TOML front matter (between lines of `+++`) only title, date, authors, draft and published are read; everything else in it is ignored.",
			Mend: "Rewrite it as YAML: `key: value`, between lines of `---`. `postern import hugo` does it for a whole folder.",
			Bad:  "+++\ntitle = \"Checkout was slow\"\ndate = 2026-10-03\nauthors = [\"Ada\"]\n+++\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleYAMLSyntax, Title: "Front matter is YAML that can be read", Weight: Error,
			Why:  "Reading on after a mistake would guess what belongs to which key.",
			Mend: "The message names the place. Most often a text with `: `, `#` or quotes in it needs quotes around it: `title: 'Outage: the sequel'`.",
			Bad:  "---\ntitle: Checkout: slow again\n---\n\nRequests waited.\n",
			Good: sample("summary: 'Checkout: slow again'"),
		},
		{
			ID: ruleYAMLFeature, Title: "Front matter has no anchors, aliases, tags or second document", Weight: Error,
			Why:  "They make a value something else than what stands there, and a kilobyte of them can become gigabytes.",
			Mend: "Write the values out. A text that begins with `*`, `&` or `!` needs quotes.",
			Bad:  "---\ntitle: *important* outage\n---\n\nRequests waited.\n",
			Good: sample("summary: '*important* outage'"),
		},
		{
			ID: ruleYAMLDuplicate, Title: "A key is given once", Weight: Error,
			Why:  "One of the two values would be lost, and which one depends on the reader.",
			Mend: "Keep one of the two. Several values of one key are a list.",
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
			Why:  "A misspelt key is kept, but nothing is made of it: the document looks as if the value had not been given.",
			Mend: "Correct the spelling, or remove the key. Keys for other tools may stay.",
			Bad:  sample("sevrity: SEV2"),
			Good: sample("incident:", "  severity: SEV2"),
		},
		{
			ID: ruleValueForm, Title: "Values have the form their key asks for", Weight: Error,
			Why:  "A list where one text belongs, or a text where a number belongs, would be read as nothing.",
			Mend: "The message says what form is asked for. One text: `key: text`. A list: `key: [one, two]`.",
			Bad:  sample("trigger: [deploy, retry]"),
			Good: sample("trigger: deploy, then retries"),
		},
		{
			ID: ruleIDInvalid, Title: "An `id` is 1 to 64 letters, digits, dots, hyphens or underscores", Weight: Error,
			Why:  "The id is the document's permanent address `/p/ID`, written into tickets and chats.",
			Mend: "Choose a short id without blanks that begins with a letter or a digit, such as `PM-2026-014`. It never changes again.",
			Bad:  sample("id: PM 2026/014"),
			Good: sample("id: PM-2026-014"),
		},
		{
			ID: ruleKindFolder, Title: "`kind` agrees with the folder", Weight: Error,
			Why:  "The folder decides what a document is and where it lives. A second statement that differs would mislead one of its readers.",
			Mend: "Leave `kind` out, or move the file into the folder of its kind.",
			Bad:  sample("kind: runbook"),
			Good: sample("kind: postmortem"),
		},
		{
			ID: ruleRedirect, Title: "`redirects` are addresses of this portal that begin with `/`", Weight: Error,
			Why:  "An old address that is not written as one leads nowhere.",
			Mend: "Write the path of the old address, percent-encoded, without the host: `/guides/old-name`.",
			Bad:  sample("redirects: [guides/old-name]"),
			Good: sample("redirects: [/guides/old-name]"),
		},
		{
			ID: rulePercent, Title: "A percentage lies between 0 and 100, error budget excepted", Weight: Error,
			Why:  "The figure goes into reports, where nobody would notice that a share was written as a fraction or a count.",
			Mend: "`requests_pct: 3.5` is three and a half percent. `budget_burned_pct` may exceed 100 but is not negative.",
			Bad:  sample("impact:", "  requests_pct: 350"),
			Good: sample("impact:", "  requests_pct: 35"),
		},
		{
			ID: ruleTitleMissing, Title: "A document has a title", Weight: Warning,
			Why:  "Lists and search show the title. Without one they show what can be made of the file name.",
			Mend: "Begin the text with a heading `# Title`, or give `title:` in the front matter.",
			Bad:  "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\nRequests waited.\n",
			Good: "---\nowner: payments\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\n# Checkout was slow\n\nRequests waited.\n",
		},
	}
}

// statusRules are about what the author says of publishing a document.
func statusRules() []Rule {
	return []Rule{
		{
			ID: ruleStatusUnknown, Title: "`status` is draft, review, published or archived", Weight: Error,
			Why:  "Readers trust a published document and are warned of a draft. An unknown word would be taken for one of them.",
			Mend: "Use one of the four words, or leave `status` out: that is published.",
			Bad:  sample("status: complete"),
			Good: sample("status: published"),
		},
		{
			ID: ruleKeptBack, Title: "`draft` and `published` are true or false", Weight: Warning,
			Why:  "`draft: true` and `published: false` keep a document from being published, as in Hugo, Jekyll, Docusaurus and MkDocs. Another word is not understood, and what is shown by mistake cannot be taken back: the document is not published either.",
			Mend: "Write `true` or `false`, or leave the key out: that is published. `status: draft` is something else: the document is published and marked as a draft.",
			Bad:  sample("draft: maybe"),
			Good: sample("draft: false"),
		},
	}
}
