package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsEvents(t *testing.T) {
	predicate(t, isEvents,
		[]string{
			"LAST SEEN TYPE REASON OBJECT MESSAGE", "a\nNAME READY STATUS RESTARTS AGE", "Type Reason Age From Message",
			"12m Warning BackOff pod/web-1 Back-off restarting",
		},
		[]string{
			"", "REASON MESSAGE", "READY STATUS RESTARTS", "Type Reason Age From", "Warning BackOff pod", "a b c d Warning BackOff pod x y",
			"Warning: the pool is full today",
			"Normal PEOPLE say this here",
		})
}

func TestIsReason(t *testing.T) {
	predicate(t, isReason, []string{"BackOff", "FailedScheduling", "Unhealthy", "Kill"}, []string{
		"", "OOM", "WARN", "KILLED", "backOff", "Back-Off", "Err1",
	})
}

func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Reading
	}{
		"events": {
			"LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n" +
				"12m  Warning  BackOff  pod/web-7c9d8b6f5-x2kqp  Back-off restarting failed container\n" +
				"12m  Normal   Pulled   pod/web-7c9d8b6f5-x2kqp  image present\n---\nother line\n",
			Reading{
				Codes: []string{"BackOff"}, Messages: []string{"Back-off restarting failed container"},
				Details:  []string{"Pulled pod/web-* image present", "other line"},
				Services: []string{"web"},
			},
		},
		"describe": {
			"Type     Reason    Age                From     Message\nWarning  Unhealthy  3m (x5 over 10m)  kubelet  Readiness probe failed\n",
			Reading{Codes: []string{"Unhealthy"}, Messages: []string{"Readiness probe failed"}},
		},
		"scheduler": {
			"Warning  FailedScheduling  10s  default-scheduler  no nodes available\n",
			Reading{Codes: []string{"FailedScheduling"}, Messages: []string{"no nodes available"}},
		},
		"pods": {
			"NAME READY STATUS RESTARTS AGE\n" +
				"web-7c9d8b6f5-x2kqp 0/1 CrashLoopBackOff 12 3h\napi-0 1/1 Running 0 3h\njob-1 0/1 Completed 0 1h\nx y\n",
			Reading{Codes: []string{"CrashLoopBackOff"}, Details: []string{"x y"}, Services: []string{"web"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reading(func(r *reader) { r.events(c.text) })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEventType(t *testing.T) {
	for row, want := range map[string]int{
		"Warning BackOff x": 0, "12m Warning BackOff": 1, "a b c Normal Pulled": 3, "a b c d Normal Pulled": -1, "Warning": -1,
		"Warning backoff": -1, "": -1,
	} {
		if got := eventType(strings.Fields(row)); got != want {
			t.Errorf("eventType(%q) = %d, want %d", row, got, want)
		}
	}
}
