package postmortems

// Rules that depend on other documents. Package library reports their problems.
const (
	RuleIDDuplicate = "id-duplicate"
	RuleLinkMissing = "link-missing"
)

// repositoryRules are about the relation of a document to others.
func repositoryRules() []Rule {
	return []Rule{
		{
			ID: RuleIDDuplicate, Title: "An `id` belongs to one document", Weight: Error,
			Why:  "The id is a permanent address. Shared by two documents, it would lead to either of them.",
			Fix:  "Give the new document another id. If it replaces the old one, remove the old one in the same push.",
			Good: sample("id: PM-2026-014"),
		},
		{
			ID: RuleLinkMissing, Title: "Links inside the repository have a target", Weight: Warning,
			Why: "A reader in the middle of an incident follows the link and finds nothing. The page marks the link as missing.",
			Fix: "Correct the path: it is relative to the document, or begins with `/`, the root of the repository. Push the missing file, or " +
				"remove the link.",
			Good: sampleBody("See [the runbook](/runbooks/pool.md).\n"),
		},
	}
}
