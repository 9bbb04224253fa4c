// Package app wires one running portal together. It opens the database once and
// passes it to each owner, connects git, library, search and pages, makes them agree
// at start, and stops them in reverse order.
//
// Data layout, in the data folder:
//
//	knowledge.git/   the bare repository: the source of truth for documents
//	postern.db       the database (portal/base/kv)
//	search/          the search index, derived from the other two
//	postern.sock     the Unix socket for commands on this machine
//
// # Life of a portal
//
// New runs the opening steps (App.openSteps), Start the starting steps
// (App.startSteps). Each step registers the clean-up of what it opened (cleanups).
// A failure of New closes what is open; after a failure of Start the caller calls
// Stop, which does the same. The error names the step.
//
// # Consistency
//
// Git is the truth about documents and the database follows it. A push moves the ref
// first and is published in one database transaction after it, so a crash leaves git
// ahead of the database, never behind. App.reconcile publishes the difference at the
// next start and refuses a repository or a database that was lost or exchanged.
package app
