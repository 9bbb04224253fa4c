package postmortems

import (
	"regexp"
	"strings"
	"time"
)

// zoneExpr matches a zone as people write it behind a time.
const zoneExpr = `(?:UTC|GMT|utc|gmt)\s*[+-]\s*\d{1,2}(?::?\d{2})?|(?:UTC|GMT|utc|gmt|Z)\b|[+-]\d{2}:?\d{2}\b|北京时间|` +
	`(?:P[SD]?T|M[SD]T|C[SDE]ST|C[SDE]?T|E[SD]?T|BST|IST|JST|KST|SGT|HKT|AE[SD]T|WES?T|EES?T|MSK)\b`

var (
	zoneOffset = regexp.MustCompile(`^(?i:utc|gmt|z)?\s*(?:([+-])\s*(\d{1,2}):?(\d{2})?)?$`)
	zoneWithin = regexp.MustCompile(`(?:^|[\s(（,，])(` + zoneExpr + `)(?:$|[\s)）,，.;])`)
)

// zoneOf gives the zone of a text that zoneExpr matched. Names that mean
// different things in different countries, or hide whether summer time was in
// force, are not known.
func zoneOf(text string) (zone *time.Location, known bool) {
	hours := map[string]int{
		"PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CDT": -5, "EST": -5, "EDT": -4,
		"CET": 1, "CEST": 2, "WET": 0, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3,
		"JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AEST": 10, "AEDT": 11, "北京时间": 8,
	}
	if h, ok := hours[text]; ok {
		return fixedZone(h * 60), true
	}
	m := zoneOffset.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	minutes := number(m[2])*60 + number(m[3])
	if minutes > 14*60 {
		return nil, false // no place on earth is further from UTC
	}
	if m[1] == "-" {
		minutes = -minutes
	}
	return fixedZone(minutes), true
}

func fixedZone(minutes int) *time.Location {
	if minutes == 0 {
		return time.UTC
	}
	return time.FixedZone("", minutes*60)
}

// zoneIn finds the zone that a heading or a column header states, as in
// "Timeline (UTC+8)". stated tells that there is one, even if it is not known.
func zoneIn(text string) (zone *time.Location, stated bool) {
	text = strings.ReplaceAll(text, "Beijing time", "北京时间")
	m := zoneWithin.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	zone, _ = zoneOf(m[1])
	return zone, true
}
