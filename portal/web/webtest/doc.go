// Package webtest has fakes of what the pages need, for tests. It imports no subject, so
// that the tests inside a subject can use it; package site has a whole portal over them.
//
// # Where to look
//
//	fakes               library.go (documents, git), auth.go (tokens, admin), search.go, signals.go
//	                    (incidents, alerts, changes), slos.go, reports.go, feeds.go
//	a handler alone     kit.go
//	checks              check.go, golden.go
package webtest
