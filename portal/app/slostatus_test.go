package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

func TestBandOf(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 11, 20, 14, minute, 0, 0, time.UTC) }
	now := at(59)
	for name, c := range map[string]struct {
		times map[incident.Milestone]int
		want  slostatus.Band
		ok    bool
	}{
		"no start": {map[incident.Milestone]int{incident.Resolved: 9}, slostatus.Band{To: at(9)}, false},
		"open":     {map[incident.Milestone]int{incident.Started: 1}, slostatus.Band{From: at(1), To: now, Open: true}, true},
		"detected only": {
			map[incident.Milestone]int{incident.Detected: 2}, slostatus.Band{From: at(2), To: now, Open: true}, true,
		},
		"started before detected": {
			map[incident.Milestone]int{incident.Started: 1, incident.Detected: 2, incident.Resolved: 9},
			slostatus.Band{From: at(1), To: at(9)}, true,
		},
		"mitigation ends it": {
			map[incident.Milestone]int{incident.Started: 1, incident.Mitigated: 5, incident.Recovered: 6, incident.Resolved: 9},
			slostatus.Band{From: at(1), To: at(5)}, true,
		},
		"recovery ends it": {
			map[incident.Milestone]int{incident.Started: 1, incident.Recovered: 6, incident.Resolved: 9},
			slostatus.Band{From: at(1), To: at(6)}, true,
		},
		"without duration": {
			map[incident.Milestone]int{incident.Started: 5, incident.Resolved: 5}, slostatus.Band{From: at(5), To: at(5)}, false,
		},
	} {
		in := incident.Incident{ID: "INC-1", Title: "Down", Severity: "SEV2", Times: map[incident.Milestone]incident.Stamp{}}
		for m, minute := range c.times {
			in.Times[m] = incident.Stamp{Moment: incident.Moment{At: at(minute)}}
		}
		c.want.ID, c.want.Title, c.want.Severity = "INC-1", "Down", "SEV2"
		got, ok := bandOf(in, now)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
			t.Errorf("%s: %v, want %v (-want +got):\n%s", name, ok, c.ok, diff)
		}
	}
}

func TestWindowsOf(t *testing.T) {
	t.Parallel()
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }
	calendar := slo.SLO{Window: slo.Window{Count: 1, Unit: "M", Start: day(1, 1), Zone: time.UTC}}
	rolling := slo.SLO{Window: slo.Window{Rolling: true, Count: 7, Unit: "d"}}
	for name, c := range map[string]struct {
		slo      slo.SLO
		from, to time.Time
		want     []slo.Span
	}{
		"rolling, ends with the incident": {rolling, day(11, 1), day(11, 20), []slo.Span{{From: day(11, 13), To: day(11, 20)}}},
		"calendar, inside one month":      {calendar, day(11, 3), day(11, 4), []slo.Span{{From: day(11, 1), To: day(12, 1)}}},
		"calendar, ends with the month":   {calendar, day(11, 3), day(12, 1), []slo.Span{{From: day(11, 1), To: day(12, 1)}}},
		"calendar, begins with the month": {calendar, day(11, 1), day(11, 2), []slo.Span{{From: day(11, 1), To: day(12, 1)}}},
		"calendar, from one to the next": {calendar, day(10, 31), day(11, 2),
			[]slo.Span{{From: day(10, 1), To: day(11, 1)}, {From: day(11, 1), To: day(12, 1)}}},
		"calendar, longer than two of them": {calendar, day(8, 31), day(11, 2),
			[]slo.Span{{From: day(8, 1), To: day(9, 1)}, {From: day(11, 1), To: day(12, 1)}}},
	} {
		if diff := cmp.Diff(c.want, windowsOf(c.slo, c.from, c.to)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
