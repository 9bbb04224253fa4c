// Package catalog has the services and SLOs that the OpenSLO files of main
// define, and the definitions of each SLO over time.
//
// The first definition of an SLO applies to all earlier data. A later one
// applies from its push on, so that published figures do not change. The
// git repository has the current definitions; only the catalog knows when
// each took effect.
//
// Buckets in the database (0 is the byte 0x00, numbers are big endian):
//
//	catalog.meta     "seq" -> number of writes(8)
//	catalog.file     path -> the file as it was pushed
//	catalog.version  slo 0 number(4) -> JSON: one definition and when it took effect
//
// Change log topic "slo", key name of the SLO: it was defined, redefined or
// removed.
package catalog
