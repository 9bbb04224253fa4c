package alert

import (
	"math/rand"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(minute int) time.Time {
	return time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute) // a Friday
}

func fires(print string, from, to int) Signal {
	s := Signal{Source: "am", Fingerprint: print, StartsAt: at(from), Name: "Rule" + print, Service: "shop", Paging: true,
		Notification: print + strconv.Itoa(from), At: at(from)}
	if to > from {
		s.EndsAt, s.At, s.Notification = at(to), at(to), s.Notification+"end"
	}
	return s
}

func TestFold(t *testing.T) {
	ack := fires("a", 0, 0)
	ack.AckedAt, ack.Notification, ack.At = at(2), "n2", at(2)
	twin := fires("a", 0, 0)
	late := fires("a", 0, 9)
	late.Notification = "n9"
	got := Fold([]Signal{late, fires("a", 0, 4), ack, twin, fires("a", 0, 0), fires("a", 50, 0), fires("b", 0, 0)})
	if len(got) != 3 || !got[0].StartsAt.Equal(at(50)) {
		t.Fatalf("%+v", got)
	}
	e := got[1]
	if e.EndsAt != at(4) || e.AckedAt != at(2) || e.Notifications != 4 || e.Name != "Rulea" || e.Flapping || e.SelfHealed() {
		t.Errorf("%+v", e)
	}
	if got[0].Firing(at(60)) != 10*time.Minute || e.Firing(at(60)) != 4*time.Minute || e.Firing(at(2)) != 2*time.Minute {
		t.Error("how long it fired")
	}
}

func TestTruncatedIsSummedByMessage(t *testing.T) {
	a, b := fires("a", 0, 0), fires("a", 0, 0)
	a.Truncated, b.Truncated = 3, 3
	c := fires("a", 0, 7)
	c.Truncated = 2
	if e := Fold([]Signal{a, b, c})[0]; e.Truncated != 5 {
		t.Errorf("%d", e.Truncated)
	}
}

func TestFlapping(t *testing.T) {
	var s []Signal
	for _, m := range []int{0, 30, 60, 200, 261, 320, 500} {
		s = append(s, fires("a", m, m+1))
	}
	var flapping []int
	for _, e := range Fold(append(s, fires("b", 10, 11), fires("b", 20, 21))) {
		if e.Flapping {
			flapping = append(flapping, int(e.StartsAt.Sub(at(0))/time.Minute))
		}
	}
	if !slices.Equal(flapping, []int{60, 30, 0}) {
		t.Errorf("%v", flapping)
	}
}

func incidents() []Incident {
	return []Incident{
		{ID: "I1", From: at(0), To: at(30), Told: at(3), Services: []string{"shop"}},
		{ID: "I2", From: at(20), Services: []string{"pay"}, Alerts: []string{"Rulex"}},
		{ID: "I3", From: at(600), To: at(700), Told: at(601), Alerts: []string{"print9"}},
	}
}

func TestLink(t *testing.T) {
	of := func(print string, from, to int, service string) string {
		s := fires(print, from, to)
		s.Service = service
		all := Fold([]Signal{s})
		Link(all, incidents())
		return all[0].Incident
	}
	for _, c := range []struct{ got, want string }{
		{of("a", 5, 0, "shop"), "I1"},
		{of("a", -14, 0, "shop"), "I1"},
		{of("a", -16, 0, "shop"), ""},
		{of("a", 31, 0, "shop"), ""},
		{of("a", 5, 0, "other"), ""},
		{of("a", 5, 0, ""), ""},
		{of("x", 25, 0, "shop"), "I2"},
		{of("print9", 5, 0, "shop"), "I3"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	quiet := fires("q", 1, 0)
	quiet.Paging = false
	acked := fires("n", 500, 0)
	acked.AckedAt, acked.Service = at(501), "other"
	all := Fold([]Signal{fires("a", 2, 90), fires("a", 4, 0), fires("h", 480, 483), acked, quiet})
	Link(all, incidents())
	q := Judge(all, incidents(), DefaultOnCall().In(Zones{"": time.UTC}))
	want := Quality{Episodes: 5, Paging: 4, Notifications: 5, Incidents: 3, Linked: 3, Actionable: Share{3, 4}, SelfHealed: Share{2, 4},
		Precision: Share{2, 4}, Recall: Share{1, 3}, Night: 2}
	if q != want {
		t.Errorf("%+v\n%+v", q, want)
	}
	if *q.PerIncident() != 1 || (Quality{}).PerIncident() != nil {
		t.Error("episodes an incident")
	}
	rules := Rules(all, DefaultOnCall(), at(500))
	if len(rules) != 4 || rules[0].Name != "Rulea" || rules[0].Episodes != 2 || rules[0].Real != 2 || rules[0].Firing != 2*time.Minute+
		496*time.Minute ||
		!slices.Equal(rules[0].Services, []string{"shop"}) {
		t.Errorf("%+v", rules)
	}
}

func TestNightIsThatOfWhoIsOnCall(t *testing.T) {
	shanghai := time.FixedZone("UTC+8", 8*3600)
	all := Fold([]Signal{fires("a", 0, 0)}) // 14:00 UTC, 22:00 there
	on := DefaultOnCall()
	if on.Night(all[0]) || !on.In(Zones{"shop": shanghai}).Night(all[0]) || !on.In(Zones{"": shanghai}).Night(all[0]) {
		t.Error("night")
	}
	if on.NightFrom, on.NightTo = 13*time.Hour+30*time.Minute, 14*time.Hour+time.Minute; !on.Night(all[0]) {
		t.Error("a night within one day")
	}
	if on.NightTo = 14 * time.Hour; on.Night(all[0]) {
		t.Error("the night is over at its last instant")
	}
	if got := DefaultOnCall().NightText() + ", " + DefaultOnCall().ShiftText(); got != "22:00 to 8:00, 12 hours from 8:00" {
		t.Error(got)
	}
	if got := (OnCall{ShiftFrom: 30 * time.Minute, ShiftLength: time.Hour}).ShiftText(); got != "1 hour from 0:30" {
		t.Error(got)
	}
	if c := (Zones{"shop": shanghai}).Clock(all); c[4][22] != 1 {
		t.Errorf("%v", c)
	}
}

func TestShifts(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// The clocks go back on 2026-10-25: that night's shift has 13 hours.
	from := time.Date(2026, 10, 24, 8, 0, 0, 0, berlin)
	on := DefaultOnCall()
	shifts := on.Shifts(nil, berlin, from, from.AddDate(0, 0, 2))
	if len(shifts) != 4 || shifts[1].To.Sub(shifts[1].From) != 13*time.Hour || shifts[3].To != from.AddDate(0, 0, 2) {
		t.Errorf("%+v", shifts)
	}
	all := Fold([]Signal{fires("a", 0, 0), fires("b", 1, 0), fires("c", 400, 0)}) // 14:00, 14:01, 20:40
	Link(all, incidents())
	got := on.Shifts(all, time.UTC, at(-360), at(600))
	if len(got) != 2 || got[0].Pages != 2 || got[0].Incidents != 1 || got[1].Pages != 1 || got[1].Incidents != 0 {
		t.Errorf("%+v", got)
	}
}

// TestShiftsCoverTheSpan: whatever the turns, they follow each other without a gap,
// and each begins where one is said to.
func TestShiftsCoverTheSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		on := OnCall{ShiftFrom: time.Duration(rapid.IntRange(0, 47).Draw(t, "from")) * 30 * time.Minute,
			ShiftLength: time.Duration(rapid.SampledFrom([]int{1, 2, 3, 4, 6, 8, 12, 24}).Draw(t, "hours")) * time.Hour}
		from := time.Date(2018, 10, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "at")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "span")) * time.Hour)
		end := from
		for _, s := range on.Shifts(nil, zone, from, to) {
			if !s.From.Equal(end) || !s.To.After(s.From) {
				t.Fatalf("%+v after %v", s, end)
			}
			if length := s.To.Sub(s.From); length > on.ShiftLength+time.Hour {
				t.Fatalf("a shift of %v", length)
			}
			end = s.To
		}
		if !end.Equal(to) {
			t.Fatalf("covered until %v of %v", end, to)
		}
	})
}

func TestFoldInAnyOrder(t *testing.T) {
	signal := rapid.Custom(func(t *rapid.T) Signal {
		s := fires(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "print"), 20*rapid.IntRange(0, 3).Draw(t, "start"), 0)
		if rapid.Bool().Draw(t, "ended") {
			s.EndsAt = s.StartsAt.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "minutes")) * time.Minute)
		}
		s.At = at(rapid.IntRange(0, 3).Draw(t, "at"))
		s.Severity = rapid.SampledFrom([]string{"", "warning", "critical"}).Draw(t, "severity")
		s.Labels = map[string]string{"x": rapid.SampledFrom([]string{"1", "2"}).Draw(t, "label")}
		s.Notification = rapid.SampledFrom([]string{"", "n1", "n2"}).Draw(t, "message")
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(signal).Draw(t, "signals")
		want := Fold(all)
		more := slices.Concat(all, all)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		r.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		if got := Fold(more); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
}

// TestLinkIsThePlainSearch holds the indexed search against looking at every
// incident for every episode.
func TestLinkIsThePlainSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"", "shop", "pay"})
		var all []Incident
		for i := range rapid.IntRange(0, 8).Draw(t, "incidents") {
			in := Incident{ID: strconv.Itoa(i), From: at(10 * i), Services: []string{name.Draw(t, "service")}}
			if n := rapid.IntRange(0, 60).Draw(t, "length"); n > 0 {
				in.To = in.From.Add(time.Duration(n) * time.Minute)
			}
			if rapid.Bool().Draw(t, "named") {
				in.Alerts = []string{rapid.SampledFrom([]string{"Rulea", "Ruleb"}).Draw(t, "alert")}
			}
			all = append(all, in)
		}
		s := fires(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "print"), rapid.IntRange(-20, 150).Draw(t, "start"), 0)
		s.Service = name.Draw(t, "of")
		episodes := Fold([]Signal{s})
		want := ""
		for _, in := range slices.Backward(all) { // by service, the newest first
			if s.Service != "" && slices.Contains(in.Services, s.Service) && in.touches(episodes[0]) && want == "" {
				want = in.ID
			}
		}
		byName := ""
		for _, in := range slices.Backward(all) {
			if slices.Contains(in.Alerts, s.Name) && in.touches(episodes[0]) && byName == "" {
				byName = in.ID
			}
		}
		if byName != "" {
			want = byName
		}
		if Link(episodes, all); episodes[0].Incident != want {
			t.Fatalf("%q, want %q: %+v in %+v", episodes[0].Incident, want, episodes[0], all)
		}
	})
}
