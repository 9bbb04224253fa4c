package page

import (
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search/suggest"
)

// Kind is how a kind of document is named to readers.
type Kind struct {
	Kind         postmortems.Kind
	One, Many    string
	Path         string // of its list
	What         string // what such a document is for: the list's first line
	InNavigation bool
}

// Kinds lists the kinds in the order of the navigation.
func Kinds() []Kind {
	return []Kind{
		{postmortems.Postmortem, "Post-mortem", "Post-mortems", "/postmortems", "What broke, how it was found and mended, and what changes because of it.", true},
		{postmortems.Runbook, "Runbook", "Runbooks", "/runbooks", "What to do when an alert fires.", true},
		{postmortems.Guide, "Guide", "Guides", "/guides", "How something is done here.", false},
		{postmortems.Framework, "Framework", "Frameworks", "/frameworks", "How we think about reliability: levels, roles, processes.", false},
		{postmortems.Standard, "Standard", "Standards", "/standards", "What every service has to meet.", false},
		{postmortems.Drill, "Drill", "Drills", "/drills", "Exercises, and what they showed.", false},
		{postmortems.Training, "Training", "Training", "/training", "For those who begin.", false},
		{postmortems.Page, "Page", "Pages", "/pages", "Everything else in the repository.", false},
	}
}

// KindOf gives the names of a kind; an unknown one is named by its own word.
func KindOf(k postmortems.Kind) Kind {
	for _, n := range Kinds() {
		if n.Kind == k {
			return n
		}
	}
	if k == "report" { // compiled, not pushed: it has pages of its own
		return Kind{Kind: k, One: "Report", Many: "Reports", Path: "/reports"}
	}
	return Kind{Kind: k, One: string(k), Many: string(k), Path: "/"}
}

// KindWord names a kind of document, or of suggestion.
func KindWord(kind string) string {
	switch kind {
	case suggest.Alert:
		return "Alert"
	case suggest.Service:
		return "Service"
	case suggest.Query:
		return "Search"
	}
	return KindOf(postmortems.Kind(kind)).One
}
