package page

import (
	"github.com/postern/postern/portal/base/dockind"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search/suggest"
)

// Kind is a kind of document with the names that readers see.
type Kind struct {
	Kind         postmortems.Kind
	One, Many    string
	Path         string // of its list
	What         string // what such a document is for: the list's first line
	InNavigation bool
}

// Kinds returns the kinds in the order of the navigation.
func Kinds() []Kind {
	var kinds []Kind
	for _, k := range dockind.All() {
		kinds = append(kinds, fromTable(k))
	}
	return kinds
}

func fromTable(k dockind.Kind) Kind {
	return Kind{Kind: postmortems.Kind(k.Key), One: k.Title, Many: k.Plural, Path: k.Path(), What: k.Purpose, InNavigation: k.InNavigation}
}

// KindOf returns the names of a kind; the key itself for a kind that does not exist.
func KindOf(k postmortems.Kind) Kind {
	if known, ok := dockind.ByKey(string(k)); ok {
		return fromTable(known)
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
