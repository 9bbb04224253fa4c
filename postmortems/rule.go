package postmortems

// Rule is one thing a pushed file is judged by. Each has a documentation page
// made from it, so what an author reads and what the code does cannot drift:
// a test holds that Bad breaks exactly this rule and Good none.
type Rule struct {
	ID     string // stable, lower case with hyphens; named in every Problem and in the page's address
	Title  string // what is asked, as one sentence without a full stop
	Weight Weight
	Why    string // what goes wrong for a reader when the rule is broken; Markdown
	Mend   string // what the author does about it; Markdown
	Bad    string // a whole file that breaks this rule and no other; "" when no text file can
	Good   string // the same file, mended
}
