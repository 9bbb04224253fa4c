package feedstore

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// Every fact is validated here, whichever decoder made it: a decoder that
// misses a check must not be able to store a fact that breaks a page for
// years.

// shortestBucket limits a day to 8,640 buckets.
const shortestBucket = 10 * time.Second

// checkFact returns the reason why a fact cannot be stored; "" if it can.
func checkFact(f *feed.Fact) string {
	switch {
	case !hasBody(f):
		return fmt.Sprintf("a fact of kind %q without its body", f.Kind)
	case f.Entity == "":
		return "the item has no id"
	case checkSource(f.Source) != nil:
		return "the source that the item names is empty, too long or cannot be shown"
	}
	if why := feed.Oversize(f); why != "" {
		return why
	}
	why := checkTimes
	if f.Kind == feed.SLI {
		why = func(f *feed.Fact) string { return checkBucket(f.Bucket) }
	}
	return cmp.Or(why(f), feed.CheckNumbers(f))
}

// checkTimes returns the reason if any time of a fact is out of range:
// durations between times that are thousands of years apart overflow.
func checkTimes(f *feed.Fact) string {
	if why := checkTime("its time", f.At); why != "" {
		return why
	}
	times := map[string]time.Time{}
	switch f.Kind {
	case feed.Alert:
		if why := checkTime("the start of the alert", f.Alert.StartsAt); why != "" {
			return why
		}
		times["the end of the alert"], times["its acknowledgement"] = f.Alert.EndsAt, f.Alert.AckedAt
	case feed.Change:
		times["the commit"] = f.Change.Committed
	case feed.SQL:
		times["the beginning of the counters"] = f.SQL.Since
	case feed.Incident:
		for m, at := range f.Incident.Times {
			times[string(m)] = at.At
		}
	}
	for _, what := range slices.Sorted(maps.Keys(times)) {
		if t := times[what]; !t.IsZero() {
			if why := checkTime(what, t); why != "" {
				return why
			}
		}
	}
	return ""
}

// hasBody reports whether the body of the fact's kind is set; false for an unknown
// kind.
func hasBody(f *feed.Fact) bool {
	switch f.Kind {
	case feed.SLI:
		return f.Bucket != nil
	case feed.Incident:
		return f.Incident != nil
	case feed.Alert:
		return f.Alert != nil
	case feed.Change:
		return f.Change != nil
	case feed.Drill:
		return f.Drill != nil
	case feed.SQL:
		return f.SQL != nil
	case feed.Ticket:
		return f.Ticket != nil
	}
	return false
}

// checkTime returns the reason if a time is not plausible: unset clocks and
// mistaken units produce such times.
func checkTime(what string, t time.Time) string {
	if y := t.UTC().Year(); y < incident.FirstYear || y > incident.LastYear {
		return fmt.Sprintf(
			"%s, %s, is not between the years %d and %d",
			what,
			t.UTC().Format(time.RFC3339),
			incident.FirstYear,
			incident.LastYear,
		)
	}
	return ""
}

// checkBucket returns the reason if a bucket does not fit the grid of a
// day.
func checkBucket(b *slo.Bucket) string {
	if b.Len < shortestBucket || b.Len > day || day%b.Len != 0 || b.Len%time.Second != 0 {
		return fmt.Sprintf("a bucket of %s; it must divide a day and be at least %s", b.Len, shortestBucket)
	}
	if why := checkTime("the start of the bucket", b.Start); why != "" {
		return why
	}
	if b.Start.UnixNano()%int64(b.Len) != 0 {
		return fmt.Sprintf(
			"the bucket starts at %s, which is no multiple of its length %s since 1970 UTC",
			b.Start.UTC().Format(time.RFC3339Nano),
			b.Len,
		)
	}
	return ""
}

// notOverYet returns the reason if a bucket covers time that has not
// passed: it cannot have been measured, and it would make its source the
// one that covers most of the day. A bucket that has not ended states its
// coverage.
func notOverYet(b *slo.Bucket, now time.Time) string {
	covered := b.Start.Add(time.Duration(min(b.Coverage, 1) * float64(b.Len)))
	if !covered.After(now.Add(maxAhead)) {
		return ""
	}
	return fmt.Sprintf(
		"the bucket at %s has not ended by the portal's clock, %s: send it after its end, or state the share that has passed as coverage",
		b.Start.UTC().Format(time.RFC3339),
		now.UTC().Format(time.RFC3339),
	)
}
