// Package suggest owns the suggestions of a search box during typing: titles of
// documents, names of alerts and services, and successful earlier searches.
//
// Data layout. All data is in memory and derived: documents come from the library,
// whose change log Follower reads, and searches from the query log. An Index consists
// of immutable segments that are replaced together, so readers take no lock:
//
//	base     all items at the last rebuild, sorted once
//	fresh    items that changed since; at most some thousands, sorted at each change
//	queries  successful searches, sorted whenever they are read
//
// A segment has sorted references to the beginning of each word, and of each part of
// an identifier, of all items. The items that begin with the typed text are one range
// of references:
//
//	item   "KubePodCrashLooping"
//	key    kubepodcrashlooping 0x00 kube pod crash looping
//	refs   kubepod…  podcrash…  crashloop…  looping…  kube pod…  pod crash…  crash l…
//
// An ideograph is a word. For 100,000 documents an Index takes about 40 MB beside the
// titles and one second of one core for a rebuild, and answers in well under a
// millisecond (see the benchmark).
package suggest
