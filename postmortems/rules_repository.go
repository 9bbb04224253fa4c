package postmortems

// Rules that need to know the other documents: whoever stores them finds these.
const (
	RuleIDDuplicate = "id-duplicate"
	RuleLinkMissing = "link-missing"
)

// repositoryRules are about a document among the others.
func repositoryRules() []Rule {
	return []Rule{
		{
			ID: RuleIDDuplicate, Title: "An `id` belongs to one document", Weight: Error,
			Why:  "The id is a permanent address. With two owners it would lead to one of them by chance.",
			Mend: "Give the new document another id. If it replaces the old one, remove the old one in the same push.",
			Good: sample("id: PM-2026-014"),
		},
		{
			ID: RuleLinkMissing, Title: "Links inside the repository lead to something", Weight: Warning,
			Why:  "A reader in an incident follows the link and finds nothing. The link is shown as missing.",
			Mend: "Correct the path: it is relative to the document, or begins with `/` for the top of the repository. Push the missing file, or remove the link.",
			Good: sampleBody("See [the runbook](/runbooks/pool.md).\n"),
		},
	}
}
