package synonyms

import "github.com/postern/postern/postmortems"

// The ids of the rules; pages and push answers name them.
const (
	RuleForm = "synonyms-form"
	RuleWord = "synonyms-word"
	RuleFile = "search-file-unread"
)

// Rules are what a push to the folder search/ is judged by.
func Rules() []postmortems.Rule {
	const good = "db: database\noom: [out of memory, 内存溢出]\nlb: []\n"
	return []postmortems.Rule{
		{
			ID: RuleForm, Title: "`search/synonyms.yaml` is a list of words and what means the same", Weight: postmortems.Error,
			Why:  "A file that is read only in part would find some things and not others, and nobody would know why.",
			Mend: "Write one entry a line: a word, a colon, and one text or a list in brackets. `[]` takes a built-in meaning away. A word stands once; its meanings are listed together.",
			Bad:  "db: {is: database}\n",
			Good: good,
		},
		{
			ID: RuleWord, Title: "A synonym is one to six words that can be searched for", Weight: postmortems.Error,
			Why:  "Function words such as \"the\" are left out of searches, and punctuation is no word: such an entry would never be used.",
			Mend: "Write words that people search for. A word's own plural or other endings are found without being listed.",
			Bad:  "the: database\n",
			Good: good,
		},
		{
			ID: RuleFile, Title: "The folder `search/` holds `synonyms.yaml` alone", Weight: postmortems.Warning,
			Why:  "Other files there are stored, but nothing reads them and no reader sees them.",
			Mend: "Move documents to another folder; put all synonyms into `search/synonyms.yaml`.",
			Good: good,
		},
	}
}
