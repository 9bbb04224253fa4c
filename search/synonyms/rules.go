package synonyms

import "github.com/postern/postern/postmortems"

// The ids of the rules. Pages and push output name them.
const (
	RuleForm = "synonyms-form"
	RuleWord = "synonyms-word"
	RuleFile = "search-file-unread"
)

// Rules returns the rules by which a push to the folder search/ is checked.
func Rules() []postmortems.Rule {
	const good = "db: database\noom: [out of memory, 内存溢出]\nlb: []\n"
	return []postmortems.Rule{
		{
			ID: RuleForm, Title: "`search/synonyms.yaml` maps words to their synonyms", Weight: postmortems.Error,
			Why: "If part of the file is ignored, some searches miss documents without a visible reason.",
			Fix: "Write one entry a line: a word, a colon, and one text or a list in brackets. `[]` removes a built-in synonym. List a word " +
				"once, with all its synonyms.",
			Bad:  "db: {is: database}\n",
			Good: good,
		},
		{
			ID: RuleWord, Title: "A synonym is one to six words that can be searched for", Weight: postmortems.Error,
			Why:  "Searches ignore function words such as \"the\" and punctuation, so such an entry would never be used.",
			Fix:  "Write words that people search for. Plurals and other endings of a word are found without an entry.",
			Bad:  "the: database\n",
			Good: good,
		},
		{
			ID: RuleFile, Title: "The folder `search/` contains only `synonyms.yaml`", Weight: postmortems.Warning,
			Why:  "Other files there are stored, but Postern does not read them and readers cannot see them.",
			Fix:  "Move documents to another folder, and all synonyms to `search/synonyms.yaml`.",
			Good: good,
		},
	}
}
