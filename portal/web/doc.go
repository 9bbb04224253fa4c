// Package web answers every request of the portal: it has the server, the route table
// and what belongs to no subject. Pages are answered by the packages of the subjects,
// each from its own small interfaces.
//
// Data layout: nothing is stored here.
//
// # Where to look
//
// A request passes serve.go (id, prefix, log, metrics), router.go (which row of the
// table; the only file that imports echo), the admission of package page, and a handler.
// What went wrong is answered by package page.
//
//	server              server.go, options.go, limits.go, deps.go (what the portal
//	                    gives the pages), hosts.go (names it answers under)
//	routes              routes.go (the table), router.go
//	for programs        api.go, git.go, probes.go, admin.go
//	sessions            login.go
//
// The packages below it:
//
//	page                what every handler needs: request, admission, templates, errors
//	documents           documents, lists, history, drafts, home, services, rules
//	searching           search, similar texts, suggestions, pages of alerts, gaps
//	incidents           incidents, alerts, changes, slow SQL
//	slos                SLOs
//	reporting           reports, deliveries, jobs
//	feeds               feeds and dead letters
//	docparts, sloparts, what pages of several subjects show of a document, an SLO or an
//	incidentparts       incident
//	problem             the one table from error kinds to HTTP answers
//	worddiff            two texts compared word by word
//	webtest             fakes for tests; webtest/site is a whole portal over them
package web
