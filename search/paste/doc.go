// Package paste owns reading what people paste when something is broken: an alert
// notification, a stack trace, a log, a slow query, cluster events, or a
// description of their own. It is pure and knows nothing of the index.
//
// Read takes the structure of a text and gives a Reading: strings by what they
// are worth for finding the same trouble again.
//
//	Names     what a machine calls the trouble: alert names
//	Codes     classes of exceptions, error codes, reasons of events
//	Messages  what says it in words: annotations, messages of errors and logs
//	Details   where it happened: own stack frames, files, tables; lesser log lines
//	Services  labels that name a service. No other label is kept: labels say where
//	          an alert fired this time, not what it is
//
// Parts that differ each time the same trouble comes (times, ids, addresses,
// hashes, amounts, ports, the generated ends of pod names) are folded into one
// asterisk; see Fold. A Fingerprint of what remains is equal for two pastes of
// the same trouble.
//
// Input is bounded by MaxBytes, and so are the number and length of the strings:
// nothing here is quadratic in the input, and nothing fails.
package paste
