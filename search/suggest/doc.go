// Package suggest owns what a search box offers while somebody types: titles of
// documents, names of alerts and services, and searches that led somewhere.
//
// Data layout. All of it is in memory and derived: documents come from the
// library and are followed by its change log (Follower), searches from the log of
// queries. An Index is a few segments that never change, swapped as a whole, so
// that a reader takes no lock:
//
//	base     everything that was there at the last rebuild, sorted once
//	fresh    what changed since; at most some thousands, sorted at each change
//	queries  successful searches, sorted whenever they are read anew
//
// A segment sorts references to the beginning of each word, and of each part of
// an identifier, of each item; so what begins with the typed text is one run of
// references:
//
//	item   "KubePodCrashLooping"
//	key    kubepodcrashlooping 0x00 kube pod crash looping
//	refs   kubepod…  podcrash…  crashloop…  looping…  kube pod…  pod crash…  crash l…
//
// An ideograph counts as a word. At 100,000 documents it takes some 40 MB beside
// the titles themselves, a second of one core for a rebuild, and answers in well
// under a millisecond (see the benchmark).
package suggest
