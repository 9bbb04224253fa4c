// Package mcp owns what the portal offers to language models: the tools of the
// Model Context Protocol, over standard input and output (postern mcp) and over
// streamable HTTP (/mcp). It alone uses the protocol's SDK.
//
// The tools only read:
//
//	search        documents for a query in the portal's query language
//	similar       documents for a pasted alert, trace or log, with the fix
//	get_document  one document as Markdown, in pieces when it is long
//	get_incident  one incident: milestones, causes, timeline, actions
//
// The tools read the portal's own HTTP API, so that one implementation serves both
// transports with the rights of the caller, and cannot return anything that the API
// does not. Incidents come from an IncidentStore: Folded reads the incident as merged
// from all its sources, and falls back to FromDocuments, which reads post-mortems.
//
// The package stores no data and has no sessions: every request is independent.
package mcp
