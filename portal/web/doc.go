// Package web owns the pages: routes, handlers, page structs, the one table from
// error kinds to answers, limits, headers and sessions' cookies. It owns echo.
//
// Data layout: nothing is stored here. Finished document pages are kept in memory
// by path, bounded in bytes, and are valid for one state of the library and one
// day (see pageCache); the templates and the static files are embedded.
//
// # Where to look
//
// A request passes server.go, visit.go (who asks, what is logged), admit.go (may
// they, at what rate) and a handler; views.go executes its template, and fail.go
// and errorpage.go answer what went wrong. What pages need of the portal are
// interfaces: deps.go, and those of a subject beside it.
//
//	routes and bounds   routes.go, limits.go, ratelimit.go, flight.go (bodies in
//	                    flight), headers.go, options.go
//	documents           address.go (what an address means), document.go, docview.go,
//	                    facts.go, strip.go (the timeline), actionview.go, marks.go,
//	                    related.go, file.go, history.go, draft.go, pagecache.go
//	lists               home.go, list.go, kinds.go, actions.go, services.go,
//	                    rules.go, atom.go (feed.atom), mermaid.go
//	finding             search.go, searchview.go, searchanswer.go, searchhelp.go,
//	                    queryedit.go, queryfeed.go, suggest.go, gaps.go; similar.go
//	                    and excerpt.go (pasted texts), alert.go (/a/NAME)
//	incidents, alerts,  signaldeps.go, signals.go (what their pages share),
//	changes, slow SQL   incidents.go, incident.go, incidentedit.go, alerts.go,
//	                    changes.go, slowsql.go
//	objectives          slodeps.go, sloboard.go, slopage.go, slorows.go,
//	                    slocomposite.go, sloestimate.go, sloorigin.go, sloformat.go
//	reports             reportdeps.go, reportpages.go (lists), report.go (one),
//	                    reportpaper.go, reportfile.go, reportrun.go, deliveries.go,
//	                    jobs.go
//	sources             feeddeps.go, feedpost.go, feedsign.go, feedpage.go,
//	                    letters.go (dead letters)
//	for programs        api.go, git.go, probes.go, admin.go
//	sessions            login.go
package web
