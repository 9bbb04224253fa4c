package postmortems

import (
	"strings"
	"testing"
	"time"
)

func TestRecovery(t *testing.T) {
	at := func(minute int) Instant {
		return Instant{At: time.Date(2026, 10, 3, 8, minute, 0, 0, time.UTC), Precision: Exact}
	}
	timeline := []TimelineEntry{
		{At: at(0), Text: "deploy"}, {At: at(20), Text: "cause"}, {At: at(25), Text: "limit"}, {Text: "undated"},
		{At: at(31), Text: "restart"}, {At: at(40), Text: "closed"},
	}
	for _, tt := range []struct {
		name  string
		times Times
		want  string
	}{
		{"between cause and mitigation", Times{Diagnosed: at(20), Mitigated: at(31)}, "limit restart"},
		{"recovered", Times{Diagnosed: at(20), Recovered: at(28)}, "limit"},
		{"the cause was never known", Times{Mitigated: at(31)}, "cause limit restart"},
		{"known only later", Times{Diagnosed: at(50), Mitigated: at(31)}, "cause limit restart"},
		{"nothing in between", Times{Diagnosed: at(26), Mitigated: at(30)}, "limit"},
		{"unknown", Times{Diagnosed: at(20)}, ""},
	} {
		var got []string
		for _, e := range (Document{Front: FrontMatter{Times: tt.times}, Timeline: timeline}).Recovery() {
			got = append(got, e.Text)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
