// Package mcp owns what the portal offers to language models: the tools of the
// Model Context Protocol, over standard input and output (postern mcp) and over
// streamable HTTP (/mcp). It alone uses the protocol's SDK.
//
// The tools only read:
//
//	search        documents for a query in the portal's query language
//	similar       documents for a pasted alert, trace or log, with what fixed it
//	get_document  one document as Markdown, in pieces when it is long
//	get_incident  one incident: milestones, causes, timeline, actions
//
// Everything is asked of the portal's own HTTP API, so that one implementation
// serves both transports, with the rights of whoever asks, and can say nothing
// that the API does not. Incidents come from an IncidentStore: Folded asks for the
// incident as folded from all sources, and falls back to FromDocuments, which
// reads post-mortems.
//
// It keeps no data and no session: every request stands alone.
package mcp
