// Package outbox stores the deliveries of reports: what is to be sent where, and the
// outcome of each attempt.
//
// Data layout:
//
//	outbox.delivery  id (32 hex digits)                     -> delivery, JSON
//	outbox.due       time key of NotBefore, id              -> nothing; queued ones only
//	outbox.report    report 0x00 period 0x00 revision(4) id -> nothing
//
// The id is a hash of report, period, revision, channel and address, so a delivery that
// is requested twice is one. Its states:
//
//	queued ---> sending ---> done
//	   ^           |-------> queued again (temporary failure, later)
//	   |           |-------> parked (permanent failure, or tried for too long)
//	   |           `-------> uncertain (the other side may have it)
//	   |`--- resend by a person: parked, uncertain
//	   `---> dropped, when a later revision goes to the same place
//
// "sending" is synced to the disk before anything leaves the machine. A delivery that
// is in this state at start was interrupted by a crash: it may have arrived, so it
// becomes uncertain and waits for a person. A resend has the same key, so a receiver
// that recognizes ids shows it once.
package outbox
