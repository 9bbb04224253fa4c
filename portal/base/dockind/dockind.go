// Package dockind has the one table of the kinds of documents, which the compiler,
// the command, the pages, the API and the query language share. It is pure.
package dockind

import "slices"

// Kind is one kind of document.
type Kind struct {
	Key    string // as it is stored, and written in a query: "runbook"
	Title  string // of one document
	Plural string // of the list
	// Folder is the top-level folder whose documents have this kind. It is empty for
	// the kind of all documents outside these folders.
	Folder       string
	Purpose      string // what such a document is for, in one sentence
	InNavigation bool   // whether the list is linked at the top of every page
}

// all is the table, in the order in which readers see the kinds.
var all = []Kind{
	{
		Key: "postmortem", Title: "Post-mortem", Plural: "Post-mortems", Folder: "postmortems", InNavigation: true,
		Purpose: "What failed, how it was detected and fixed, and what changes as a result.",
	},
	{
		Key: "runbook", Title: "Runbook", Plural: "Runbooks", Folder: "runbooks", InNavigation: true,
		Purpose: "What to do when an alert fires.",
	},
	{
		Key: "guide", Title: "Guide", Plural: "Guides", Folder: "guides",
		Purpose: "How to do a task.",
	},
	{
		Key: "framework", Title: "Framework", Plural: "Frameworks", Folder: "frameworks",
		Purpose: "How we work on reliability: levels, roles, processes.",
	},
	{
		Key: "standard", Title: "Standard", Plural: "Standards", Folder: "standards",
		Purpose: "What every service has to meet.",
	},
	{
		Key: "drill", Title: "Drill", Plural: "Drills", Folder: "drills",
		Purpose: "Exercises and their results.",
	},
	{
		Key: "training", Title: "Training", Plural: "Training", Folder: "training",
		Purpose: "Material for new engineers.",
	},
	{
		Key: "page", Title: "Note", Plural: "Notes",
		Purpose: "All other documents of the repository.",
	},
}

// PagesFolder is the first part of the addresses of documents whose kind has no folder,
// so that no file of the repository has the address of another page of the portal.
const PagesFolder = "pages"

// report is what search finds beside documents: it is compiled, not pushed.
var report = Kind{Key: "report", Title: "Report", Plural: "Reports", Folder: "reports", Purpose: "What is compiled for every period."}

// All returns the kinds of documents in the order in which readers see them.
func All() []Kind { return slices.Clone(all) }

// Found returns the kinds of everything that search finds: those of documents, and
// reports.
func Found() []Kind { return append(All(), report) }

// Keys returns the keys of kinds.
func Keys(kinds []Kind) []string {
	keys := make([]string, len(kinds))
	for i, k := range kinds {
		keys[i] = k.Key
	}
	return keys
}

// ByKey returns the kind of a key, reports included.
func ByKey(key string) (Kind, bool) {
	for _, k := range Found() {
		if k.Key == key {
			return k, true
		}
	}
	return Kind{}, false
}

// ByFolder returns the kind of the documents in a top-level folder. It is false for
// a folder that has no kind of its own.
func ByFolder(folder string) (Kind, bool) {
	for _, k := range all {
		if k.Folder == folder && folder != "" {
			return k, true
		}
	}
	return Kind{}, false
}

// Path returns the address of the list of this kind, without the portal's own prefix.
func (k Kind) Path() string {
	if k.Folder == "" {
		return "/" + PagesFolder
	}
	return "/" + k.Folder
}
