// Package outbox owns the deliveries of reports: what is to be sent where, what
// became of it, and the receipts before and after each attempt.
//
// Data layout:
//
//	outbox.delivery  id (32 hex digits)                     -> delivery, JSON
//	outbox.due       time key of NotBefore, id              -> nothing; queued ones only
//	outbox.report    report 0x00 period 0x00 revision(4) id -> nothing
//
// The id is made of report, period, revision, channel and address, so the same
// delivery asked for twice is one. Its life:
//
//	queued ---> sending ---> done
//	   ^           |-------> queued again (temporary failure, later)
//	   |           |-------> parked (permanent failure, or tried for too long)
//	   |           `-------> uncertain (the other side may have it)
//	   |`--- resend by a person: parked, uncertain
//	   `---> dropped, when a later revision goes to the same place
//
// "sending" is written, and on the disk, before anything leaves the machine. A
// delivery that is found in this state at start was cut off by a crash: nobody
// knows whether it arrived, so it becomes uncertain and waits for a person. A
// resend carries the same key, so a receiver that knows ids sees it once.
package outbox
