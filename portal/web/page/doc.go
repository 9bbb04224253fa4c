// Package page has what every handler of the portal needs: the request, its admission,
// the templates, the answers to errors, and the rows of the route table. It knows no
// router: package web connects it with one.
//
// Data layout: nothing is stored. Finished pages are cached in memory by address,
// bounded in bytes; an entry is valid for one State. The templates and the static files
// are embedded.
//
// # Where to look
//
//	a request           request.go, response.go, json.go, slow.go (answers that take
//	                    longer than a page)
//	routes              route.go, limits.go (sizes and rates)
//	admission           admission.go, credential.go, ratelimit.go
//	pages               kit.go, frame.go (what the layout needs), views.go (templates),
//	                    funcs.go (their functions), cache.go, headers.go, kinds.go
//	lists               filters.go (facets, chips, pages of rows), span.go (ranges of
//	                    days), atom.go
//	errors              errors.go, errorpage.go, login.go (the form for a token)
//	what it depends on  deps.go, options.go, status.go
package page
