// Package site has a whole portal over fakes, for tests of pages as browsers see them.
//
// # Where to look
//
//	the portal          site.go
package site
