// Package paste owns the reading of text that people paste during an incident: an
// alert notification, a stack trace, a log, a slow query, cluster events, or a
// description in their own words. It is pure and independent of the index.
//
// Read parses the structure of a text and returns a Reading: strings sorted by how
// well they identify the problem.
//
//	Names     names that a machine gave to the problem: alert names
//	Codes     classes of exceptions, error codes, reasons of events
//	Messages  descriptions in words: annotations, messages of errors and logs
//	Details   where it happened: stack frames of the program's own code, files,
//	          tables; log lines of lower levels
//	Services  labels that name a service. Other labels are dropped: they describe
//	          where an alert fired this time
//
// Parts that differ between two occurrences of the same problem (times, ids,
// addresses, hashes, amounts, ports, generated ends of pod names) are folded into one
// asterisk; see Fold. The Fingerprint of the rest is equal for two pastes of the same
// problem.
//
// Read ignores input after MaxBytes, and limits the number and length of the strings.
// It takes linear time and never fails.
package paste
