package postmortems

// Rule is one rule that pushed files are checked by. Its documentation page is generated
// from it. A test checks that Bad breaks exactly this rule and Good none, so the page
// cannot differ from the code. Rules of all packages that check pushed files have this
// form.
type Rule struct {
	ID     string // stable, lower case with hyphens; named in every Problem and in the page's address
	Title  string // the requirement, as one sentence without a full stop
	Weight Weight
	Why    string // the effect on readers when the rule is broken; Markdown
	Fix    string // what the author should do; Markdown
	Bad    string // a whole file that breaks this rule and no other; "" when no text file can
	Good   string // the same file, corrected
}
