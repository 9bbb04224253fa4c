package openslo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo"
)

// complete is a repository without findings. Tests replace parts of it.
const complete = `apiVersion: openslo/v1
kind: Service
metadata:
  name: s
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: a
  annotations: {}
spec:
  service: s
  indicator:
    metadata: {name: i}
    spec:
      ratioMetric:
        good: {metricSource: {type: ndjson}}
        total: {metricSource: {type: ndjson}}
  timeWindow:
    - {duration: 28d, isRolling: true}
  budgetingMethod: Occurrences
  objectives:
    - {target: 0.999}
`

// with returns the complete repository with one part replaced, which must be there.
func with(t *testing.T, old, new string) string {
	t.Helper()
	if !strings.Contains(complete, old) {
		t.Fatalf("there is no %q", old)
	}
	return strings.Replace(complete, old, new, 1)
}

func TestDescriptionsAreRead(t *testing.T) {
	t.Parallel()
	text := with(t, "    spec:\n      ratioMetric:", "    spec:\n      description: Requests that succeed.\n      ratioMetric:")
	if _, problems := judge(text); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestCompleteRepositoryHasNoFindings(t *testing.T) {
	t.Parallel()
	if set, problems := judge(complete); len(problems) > 0 || len(set.SLOs) != 1 || len(set.Services) != 1 {
		t.Errorf("%v, %+v", problems, set)
	}
}

// TestFindings holds the rule and the beginning of the message of each mistake. No
// mistake is reported twice.
func TestFindings(t *testing.T) {
	t.Parallel()
	const window, objective = "{duration: 28d, isRolling: true}", "{target: 0.999}"
	for name, c := range map[string]struct{ old, new, rule, message string }{
		"no version": {"apiVersion: openslo/v1\nkind: Service", "kind: Service", "slo-kind", `apiVersion is ""`},
		"version alpha": {"apiVersion: openslo/v1\nkind: Service", "apiVersion: openslo/v1alpha\nkind: Service", "slo-kind",
			`apiVersion is "openslo/v1alpha"`},
		"unknown kind":        {"kind: Service", "kind: Team", "slo-kind", `kind is "Team"`},
		"name with a capital": {"  name: a\n", "  name: A\n", "slo-name", `the name "A"`},
		"name with a hyphen":  {"  name: a\n", "  name: a-\n", "slo-name", `the name "a-"`},
		"name too long":       {"  name: a\n", "  name: " + strings.Repeat("a", 64) + "\n", "slo-name", "the name "},
		"unknown key":         {"  service: s\n", "  service: s\n  servise: t\n", "slo-key-unknown", `unknown key "spec.servise"`},
		"no window":           {"  timeWindow:\n    - " + window + "\n", "", "slo-window", "timeWindow is a list of exactly one window"},
		"two windows":         {window, window + "\n    - " + window, "slo-window", "timeWindow is a list of exactly one window"},
		"rolling calendar": {window, "{duration: 28d, isRolling: true, calendar: {startTime: 2022-01-01 00:00:00, timeZone: UTC}}",
			"slo-window", "a rolling window has no calendar"},
		"neither":               {window, "{duration: 28d}", "slo-window", "a window that does not roll needs a calendar"},
		"no duration":           {window, "{isRolling: true}", "slo-window", "duration is a number and one of"},
		"duration without unit": {window, "{duration: 28, isRolling: true}", "slo-window", "duration is a number and one of"},
		"too long":              {window, "{duration: 6Y, isRolling: true}", "slo-window", "a window of 6Y is too long"},
		"no zone":               {window, "{duration: 1M, calendar: {startTime: 2022-01-01 00:00:00}}", "slo-window", "timeZone is missing"},
		"unknown zone": {window, "{duration: 1M, calendar: {startTime: 2022-01-01 00:00:00, timeZone: Mars/Olympus}}", "slo-window",
			`"Mars/Olympus" is not a zone`},
		"zone of the server": {window, "{duration: 1M, calendar: {startTime: 2022-01-01 00:00:00, timeZone: Local}}", "slo-window",
			`"Local" is not a zone`},
		"start without seconds": {window, "{duration: 1M, calendar: {startTime: 2022-01-01 00:00, timeZone: UTC}}", "slo-window",
			"startTime is written like"},
		"start long ago": {window, "{duration: 1M, calendar: {startTime: 1969-12-31 00:00:00, timeZone: UTC}}", "slo-window",
			"startTime is written like"},
		"start far ahead": {window, "{duration: 1M, calendar: {startTime: 2201-01-01 00:00:00, timeZone: UTC}}", "slo-window",
			"startTime is written like"},
		"calendar minutes": {window, "{duration: 1m, calendar: {startTime: 2022-01-01 00:00:00, timeZone: UTC}}", "slo-specification-slip",
			`"1m" is a minute`},
		"unknown method": {"Occurrences", "Occurences", "slo-form", "budgetingMethod is one of"},
		"no objective":   {"    - " + objective, "    []", "slo-form", "at least one objective is needed"},
		"no target":      {objective, "{displayName: x}", "slo-target", "an objective has exactly one of target and targetPercent"},
		"two targets": {objective, "{target: 0.9, targetPercent: 90}", "slo-target",
			"an objective has exactly one of target and targetPercent"},
		"target of all":          {objective, "{target: 1}", "slo-target", "target is a fraction"},
		"negative target":        {objective, "{target: -0.1}", "slo-target", "target is a fraction"},
		"percentage of all":      {objective, "{targetPercent: 100}", "slo-target", "targetPercent is from 0 to below 100"},
		"op without a threshold": {objective, "{target: 0.9, op: lt}", "slo-specification-slip", ""},
		"unknown op":             {objective, "{target: 0.9, op: eq}", "slo-form", "op must be one of"},
		"weight of nothing":      {objective, "{target: 0.9, compositeWeight: 0}", "slo-target", "compositeWeight must be"},
		"slices without length":  {"Occurrences", "RatioTimeslices", "slo-slices", "RatioTimeslices need a timeSliceWindow"},
		"slice target above 1":   {objective, "{target: 0.9, timeSliceTarget: 1.01}", "slo-slices", "timeSliceTarget is above 0 and at most 1"},
		"slice target of 0":      {objective, "{target: 0.9, timeSliceTarget: 0}", "slo-slices", "timeSliceTarget is above 0 and at most 1"},
		"slice without unit":     {objective, "{target: 0.9, timeSliceWindow: 5}", "slo-specification-slip", "5 has no unit"},
		"slice of nothing":       {objective, "{target: 0.9, timeSliceWindow: 0m}", "slo-form", `"0m" is not a duration`},
		"second indicator":       {objective, "{target: 0.9, indicatorRef: r}", "slo-indicator", "the SLO has an indicator already"},
		"good and bad":           {"total:", "bad: {metricSource: {type: ndjson}}\n        total:", "slo-indicator", ""},
		"no total":               {"        total: {metricSource: {type: ndjson}}\n", "", "slo-indicator", ""},
		"unknown service":        {"  service: s\n", "  service: t\n", "slo-reference", ""},
		"no service":             {"  service: s\n", "", "slo-form", `"service" is missing`},
		"long description": {"  service: s\n", "  service: s\n  description: " + strings.Repeat("x", 1051) + "\n", "slo-form",
			"the description is longer than 1050"},
		"unknown policy": {"  service: s\n", "  service: s\n  alertPolicies: [p]\n", "slo-reference", ""},
		"misspelled annotation": {"annotations: {}", "annotations: {postern/efective-from: 2026-01-01}", "slo-annotation",
			"nothing reads the annotation postern/efective-from: did you mean postern/effective-from?"},
		"annotation of services": {"annotations: {}", "annotations: {postern/owner: Ada}", "slo-annotation",
			"nothing reads the annotation postern/owner"},
		"date without form": {"annotations: {}", "annotations: {postern/effective-from: yesterday}", "slo-form",
			"postern/effective-from is a date"},
		"events without number": {"annotations: {}", "annotations: {postern/min-events: many}", "slo-form",
			"postern/min-events is a number of events"},
		"too many events": {"annotations: {}", "annotations: {postern/min-events: 1e15}", "slo-form",
			"postern/min-events is a number of events"},
		"slice of years": {objective, "{target: 0.9, timeSliceWindow: 6Y}", "slo-form", `"6Y" is not a duration`},
		"unknown empty slice": {"annotations: {}", "annotations: {postern/empty-slice: ignore}", "slo-form",
			"postern/empty-slice is exclude, good or bad"},
		"service on itself":  {"  name: s\nspec: {}", "  name: s\n  annotations: {postern/depends-on: s}\nspec: {}", "service-dependency", ""},
		"unknown dependency": {"  name: s\nspec: {}", "  name: s\n  annotations: {postern/depends-on: t}\nspec: {}", "service-dependency", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := judge(with(t, c.old, c.new))
			if len(problems) != 1 || problems[0].Rule != c.rule || !strings.HasPrefix(problems[0].Message, c.message) {
				t.Errorf("want %s: %q, got %v", c.rule, c.message, problems)
			}
		})
	}
}

// TestWindows holds how each form of a window is read. Only a calendar window takes
// "m" as months; a rolling one of 30m is half an hour.
func TestWindows(t *testing.T) {
	t.Parallel()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		window string
		want   slo.Window
		length time.Duration
	}{
		"days":            {"{duration: 28d, isRolling: true}", slo.Window{Count: 28, Unit: "d", Rolling: true}, 28 * 24 * time.Hour},
		"rolling minutes": {"{duration: 30m, isRolling: true}", slo.Window{Count: 30, Unit: "m", Rolling: true}, 30 * time.Minute},
		"rolling hours":   {"{duration: 6h, isRolling: true}", slo.Window{Count: 6, Unit: "h", Rolling: true}, 6 * time.Hour},
		"rolling weeks":   {"{duration: 4w, isRolling: true}", slo.Window{Count: 4, Unit: "w", Rolling: true}, 28 * 24 * time.Hour},
		"calendar month": {"{duration: 1M, isRolling: false, calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}}",
			slo.Window{Count: 1, Unit: "M", Zone: newYork, Start: time.Date(2022, 1, 1, 12, 0, 0, 0, newYork)}, 0},
		"calendar minutes are months": {"{duration: 3m, calendar: {startTime: 2022-01-01 00:00:00, timeZone: America/New_York}}",
			slo.Window{Count: 3, Unit: "M", Zone: newYork, Start: time.Date(2022, 1, 1, 0, 0, 0, 0, newYork)}, 0},
		"calendar hours stay hours": {"{duration: 12h, calendar: {startTime: 2022-01-01 00:00:00, timeZone: America/New_York}}",
			slo.Window{Count: 12, Unit: "h", Zone: newYork, Start: time.Date(2022, 1, 1, 0, 0, 0, 0, newYork)}, 12 * time.Hour},
		"five years": {"{duration: 5Y, isRolling: true}", slo.Window{Count: 5, Unit: "Y", Rolling: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := judge(with(t, "{duration: 28d, isRolling: true}", c.window))
			if postmortems.HasError(problems) || len(set.SLOs) != 1 {
				t.Fatal(problems)
			}
			got := set.SLOs[0].Window
			if got.Count != c.want.Count || got.Unit != c.want.Unit || got.Rolling != c.want.Rolling || !got.Start.Equal(c.want.Start) {
				t.Errorf("read as %+v, want %+v", got, c.want)
			}
			if (got.Zone == nil) != (c.want.Zone == nil) || got.Zone != nil && got.Zone.String() != c.want.Zone.String() {
				t.Errorf("in zone %v, want %v", got.Zone, c.want.Zone)
			}
			if c.length > 0 && got.Length() != c.length {
				t.Errorf("%v long, want %v", got.Length(), c.length)
			}
		})
	}
}

func TestAnnotationsOfObjectives(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		notes string
		check func(slo.SLO) any
		want  any
	}{
		"date":               {"postern/effective-from: 2026-03-04", func(s slo.SLO) any { return s.EffectiveFrom.UTC() }, day},
		"time":               {`postern/effective-from: "2026-03-04T08:00:00+08:00"`, func(s slo.SLO) any { return s.EffectiveFrom.UTC() }, day},
		"bare name":          {"effective-from: 2026-03-04", func(s slo.SLO) any { return s.EffectiveFrom.UTC() }, day},
		"underscores":        {"postern/min_events: 50", func(s slo.SLO) any { return s.MinEvents }, 50.0},
		"no least number":    {"postern/min-events: 0", func(s slo.SLO) any { return s.MinEvents }, -1.0},
		"ours comes first":   {"min-events: 1, postern/min-events: 2", func(s slo.SLO) any { return s.MinEvents }, 2.0},
		"empty slices":       {"postern/empty-slice: bad", func(s slo.SLO) any { return s.EmptySlice }, slo.EmptyBad},
		"those of others":    {"example.org/min-events: 7", func(s slo.SLO) any { return s.MinEvents }, 0.0},
		"stored as written":  {"example.org/x: a b", func(s slo.SLO) any { return s.Annotations["example.org/x"] }, "a b"},
		"no annotation":      {"", func(s slo.SLO) any { return s.EmptySlice }, ""},
		"of several objects": {"postern/effective-from: 2026-03-04, postern/min-events: 3", func(s slo.SLO) any { return s.MinEvents }, 3.0},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := judge(with(t, "annotations: {}", "annotations: {"+c.notes+"}"))
			if len(problems) > 0 || len(set.SLOs) != 1 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(c.want, c.check(set.SLOs[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTargetsOfPercentages holds that a percentage becomes the fraction that a person
// would write.
func TestTargetsOfPercentages(t *testing.T) {
	t.Parallel()
	for percent, want := range map[string]float64{"99.9": 0.999, "99.95": 0.9995, "95": 0.95, "0": 0, "99.999": 0.99999, "7": 0.07,
		"57": 0.57, "29": 0.29, "99.9%": 0.999} {
		set, problems := judge(with(t, "{target: 0.999}", "{targetPercent: "+percent+"}"))
		if len(problems) > 0 || len(set.SLOs) != 1 || set.SLOs[0].Target != want {
			t.Errorf("%s %% is read as %+v, want %v: %v", percent, set.SLOs, want, problems)
		}
	}
}

// TestHashesFollowTheMeaning holds which changes of a file make another definition of
// an SLO: each begins a new history.
func TestHashesFollowTheMeaning(t *testing.T) {
	t.Parallel()
	hash := func(text string) string {
		set, problems := judge(text)
		if postmortems.HasError(problems) || len(set.SLOs) != 1 {
			t.Fatal(problems)
		}
		return set.SLOs[0].Hash
	}
	first := hash(complete)
	for name, c := range map[string]struct {
		old, new string
		same     bool
	}{
		"a comment":      {"  service: s\n", "  # of a team\n  service: s\n", true},
		"a line before":  {"apiVersion: openslo/v1\nkind: SLO", "\napiVersion: openslo/v1\nkind: SLO", true},
		"another target": {"0.999", "0.99", false},
		"percent":        {"{target: 0.999}", "{targetPercent: 99.9}", true},
		"another window": {"28d", "30d", false},
		"another method": {"Occurrences\n  objectives:\n    - {target: 0.999}", "RatioTimeslices\n  objectives:\n    - {target: 0.999, " +
			"timeSliceWindow: 5m}", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hash(with(t, c.old, c.new)); (got == first) != c.same {
				t.Errorf("the same definition: %v, want %v", got == first, c.same)
			}
		})
	}
}
