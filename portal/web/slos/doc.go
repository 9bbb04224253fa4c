// Package slos answers the pages about SLOs: the list of all, and one with the
// arithmetic of its numbers.
//
// # Where to look
//
//	all SLOs            board.go
//	one SLO             slo.go, rows.go (its tables), composite.go (its parts),
//	                    estimate.go (estimated counts), origin.go (the sources counted)
//	routes and needs    handler.go, deps.go
package slos
