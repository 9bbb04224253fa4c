// Package sloparts has what pages of several subjects show of an SLO.
//
// # Where to look
//
//	in a list           row.go
//	its numbers         format.go
package sloparts
