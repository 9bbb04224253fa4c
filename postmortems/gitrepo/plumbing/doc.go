// Package plumbing owns the processes of the git binary and their data formats: how a
// child is started (an environment built from nothing, flags on the command line,
// limits, its own process group), the protocol of cat-file, and the parsers of tree and
// commit objects.
//
// A child never sees the server's environment, never reads a configuration file
// of the machine or of an author, and cannot outlive the server (on Linux).
// Object names are checked before they are written to a child, so that no input
// can become a second command.
//
// # Where to look
//
//	a child process   git.go (start, limits, end), child_linux.go, child_other.go,
//	                  config.go (its configuration), exit.go (what its end means)
//	cat-file          catfile.go, pool.go (several, shared)
//	objects           object.go (trees and commits)
package plumbing
