// Package slostatus returns the current state of every SLO, from the definitions and the
// buckets, fast enough for a page that is always open.
//
// Nothing is stored. The sums of finished UTC days are in memory, by series and
// definition, and are dropped when the feed store reports new data about that day. So a
// request costs the days that are not finished, and the part of a day with which a
// rolling window begins. An SLO whose slices do not divide a day is summed again for
// every request.
//
// "Now" is the end of the last bucket that can have arrived: the clock minus Settle.
// Requests for the same state within Patience share one result.
package slostatus
