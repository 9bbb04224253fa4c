// Package library owns the published knowledge: documents with every revision,
// addresses with redirects, backlinks, drafts, and what of it is read most.
package library
