package page

import (
	"net/url"
)

// Frame is what the layout needs on every page. Page structs embed it.
type Frame struct {
	Title     string // of the browser's tab, without the portal's name
	Portal    string // the portal's name
	Prefix    string // "" or "/kb"
	Canonical string // absolute address of the page, "" for none
	Section   string // address of the current entry of the navigation
	Query     string // in the search box
	Clone     string // address to clone from
	CSS       string
	Highlight string
	Print     string // style sheet for paper
	JS        string
	Icon      string
	LoggedIn  bool // reading needs a token, so every reader can log out
	Kinds     []Kind
	Version   string
	Refresh   bool // the page is live: script may refresh parts of it
	// unreadable returns how many stored rows could not be read by now; nil: none.
	unreadable func() int
}

// RowsLost returns how many stored rows could not be read. The layout calls it when the
// page is written, after everything that the page shows was read.
func (f Frame) RowsLost() int {
	if f.unreadable == nil {
		return 0
	}
	return f.unreadable()
}

// To returns the link to an address of the portal.
func (f Frame) To(address string) string { return f.Prefix + address }

// Service returns the link to a service's page. The name may hold any character.
func (f Frame) Service(name string) string {
	return f.Prefix + (&url.URL{Path: "/services/" + name}).EscapedPath()
}

// Frame returns the frame of a page that has no title yet.
func (k *Kit) Frame() Frame {
	return Frame{
		unreadable: k.Unreadable,
		Portal:     k.opt.name(), Prefix: k.prefix, Clone: k.Absolute("/knowledge.git"),
		CSS: k.Asset("app.css"), Highlight: k.Asset("highlight.css"), Print: k.Asset("print.css"),
		JS: k.Asset("app.js"), Icon: k.Asset("icon.svg"),
		LoggedIn: !k.opt.OpenReading, Kinds: k.kinds, Version: k.opt.Version,
	}
}
