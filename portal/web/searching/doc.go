// Package searching answers the pages that find documents: search, similar texts, the
// pages of alerts, suggestions while typing, and what was searched for and not found.
//
// # Where to look
//
//	search              search.go, view.go (the page), answer.go (what fixed it last
//	                    time), help.go (when nothing is found), queryedit.go (queries
//	                    with a filter more or less), feed.go (search.atom)
//	pasted texts        similar.go; alert.go (/a/NAME)
//	while typing        suggest.go, opensearch.go (the browser's search field)
//	gaps                gaps.go
//	routes and needs    handler.go, deps.go, limits.go
package searching
