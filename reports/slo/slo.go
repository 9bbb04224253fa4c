// Package slo calculates service level objectives: buckets of counts in, states, budgets
// and burn rates out. It is pure.
//
// What is stored and summed is counts (good, total) in buckets aligned to UTC,
// never ratios: a mean of ratios weighs a quiet night as much as a busy noon and
// is wrong by a factor of thirty on real traffic. Ratios appear at the last step
// and are never rounded before they are compared.
//
// Zero, absent and no traffic are three different states: see State.
package slo

import "time"

// Bucket is one row of counts. Buckets of one SLO have one length, do not
// overlap and are aligned to multiples of it since 1970 UTC. Counts are float64
// because Prometheus' increase() gives fractions.
type Bucket struct {
	Start       time.Time
	Len         time.Duration
	Good, Total float64 // as measured, also when nonsense: Evaluate judges it
	// Coverage is the share of the expected samples that were seen, 0 to 1. An
	// absent bucket has none.
	Coverage float64
	Rev      int64 // a higher one replaces a lower one
}

// MostEvents bounds the events of one bucket: above it a float64 no longer holds each
// whole number, and sums of buckets could become infinite. A bucket with more is
// nonsense.
const MostEvents = 1e15

// Method is how a window is evaluated (OpenSLO budgetingMethod).
type Method string

// The methods of OpenSLO.
const (
	Occurrences     Method = "Occurrences"     // good events / all events
	Timeslices      Method = "Timeslices"      // good slices / counted slices
	RatioTimeslices Method = "RatioTimeslices" // mean of the slices' ratios
)

// State is the state of the data of an SLO over a period, not of its target. Each SLO has
// exactly one per period.
type State string

// The states. Only OK and Partial get a verdict.
const (
	OK         State = "ok"
	LowTraffic State = "low_traffic" // fewer than MinEvents events
	NoTraffic  State = "no_traffic"  // measured, and there was nothing to count
	Partial    State = "partial"     // 50 % to 95 % of the period is covered
	NoData     State = "no_data"     // less than half is covered
	Invalid    State = "invalid"     // more good than total, NaN, negative, above MostEvents
	NotYet     State = "not_yet"     // before the objective is in force, or in the future
)

// States returns all states of an SLO's data.
func States() []State {
	return []State{OK, LowTraffic, NoTraffic, Partial, NoData, Invalid, NotYet}
}

// Words returns the text of a state, which is the same on pages and in reports. The zero
// State, of an SLO that was never evaluated, is that of NotYet.
func (s State) Words() string {
	switch s {
	case OK:
		return "measured"
	case LowTraffic:
		return "low traffic"
	case NoTraffic:
		return "no traffic"
	case Partial:
		return "partly measured"
	case NoData:
		return "no data"
	case Invalid:
		return "invalid data"
	case NotYet, "":
		return "not yet in force"
	}
	return string(s)
}

// SLO is one objective. An OpenSLO document with several objectives makes
// several of these.
type SLO struct {
	Name string // unique; its address is /slos/NAME
	// Series names the buckets that are read: several objectives over one
	// indicator share one. "" is Name.
	Series      string
	Title       string
	Service     string
	Description string

	Target float64 // fraction, 0 <= Target < 1
	Method Method
	// SliceTarget is the ratio from which a slice is good (Timeslices).
	SliceTarget float64
	SliceLen    time.Duration // Timeslices and RatioTimeslices
	EmptySlice  string        // "exclude" (default), "good" or "bad"
	Window      Window
	Indicator   Indicator
	// MinEvents is the total below which the state is LowTraffic. 0 is the
	// default: DefaultMinEvents for Occurrences, none for the slice methods, in
	// which a quiet slice is meant to count as much as a busy one. Negative: none.
	MinEvents float64
	// EffectiveFrom is when the objective came into force; zero: always.
	EffectiveFrom time.Time
	Parts         []Part // of a composite; then Indicator is empty
	Labels        map[string][]string
	Annotations   map[string]string

	Path string // file in the repository
	Line int
	Hash string // of the definition; another hash is another definition
}

// Window is the time over which an SLO has its budget. Reports evaluate it over their
// own period as well.
type Window struct {
	Rolling bool
	Count   int    // of Unit
	Unit    string // "m", "h", "d", "w", "M", "Q", "Y", as OpenSLO writes durations
	// Start and Zone anchor a calendar window.
	Start time.Time
	Zone  *time.Location
}

// Indicator is the source of the counts: the SLI.
type Indicator struct {
	Type   string // "prometheus", "ndjson"
	Source string // name of the configured source; "" for the default
	// Queries of a ratio: Total and one of Good and Bad; or Raw alone.
	Good, Bad, Total string
	Raw              string
	RawFailure       bool // Raw is the share of failures
	Counter          bool // the queries are counters: increase() is taken
	// Threshold: Metric Op Value decides whether a slice is good.
	Metric string
	Op     string // "lte", "gte", "lt", "gt"
	Value  float64
}

// Part is one member of a composite objective.
type Part struct {
	SLO    string
	Weight float64
}

// Result is one SLO evaluated over one span of time. Numbers are fractions.
type Result struct {
	From, To time.Time
	State    State
	// Met is nil when the state has no verdict.
	Met         *bool
	Good, Total float64 // events; slices for the other methods
	SLI         *float64
	// Allowed is how much bad the objective permits, Spent and Left are shares of
	// it; Spent may be over 1 and Left below 0.
	Allowed     *float64
	Spent, Left *float64
	Coverage    float64 // share of the span, as far as it is past, that was measured
	Buckets     int     // that were there
	Revision    int64   // the highest of their revisions; 0: there were none
	// Slices is how the slice methods counted; zero for Occurrences.
	Slices Slices
	// Open: the span is not over. Numbers are to date; see Project.
	Open bool
	// Low and High bound the SLI of a partial result: what is missing counted as
	// bad, and left out.
	Low, High *float64
	Reason    string // why the state is not OK, for people; "" when it is
	Hash      string // of the definition that was applied
}

// Slices counts the slices of a span that is evaluated in slices.
type Slices struct {
	Good    float64 // good ones; the sum of ratios for RatioTimeslices
	Counted float64
	Empty   float64 // measured, without traffic; counted or not as EmptySlice says
	Ahead   float64 // of an open span, still to come
}

// DefaultMinEvents is how many events an Occurrences SLO needs for a verdict when its
// definition states no number.
const DefaultMinEvents = 100

// SeriesName returns the name under which the buckets of the SLO are stored.
func (s SLO) SeriesName() string {
	if s.Series != "" {
		return s.Series
	}
	return s.Name
}

// BaseBucket is how long the buckets of most indicators are.
const BaseBucket = 5 * time.Minute

// BucketLen returns how long the buckets of the SLO should be: five minutes, or less
// where its slices are shorter. Every slice is a whole number of buckets.
func (s SLO) BucketLen() time.Duration {
	if s.SliceLen <= 0 {
		return BaseBucket
	}
	a, b := BaseBucket, s.SliceLen
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
