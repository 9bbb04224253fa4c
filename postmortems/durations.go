package postmortems

import (
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// DurationsOf derives the durations of an incident from its milestones. All count from
// the start of impact; each is nil unless both ends are known to the second. Recover
// ends at mitigated, or at recovered when mitigated is unknown. A milestone before the
// start gives no duration: the rules refuse it.
func DurationsOf(t Times) Durations {
	since := func(end Instant) *time.Duration {
		if t.Started.Precision != Exact || end.Precision != Exact {
			return nil
		}
		d := end.At.Sub(t.Started.At)
		if d < 0 {
			return nil
		}
		return &d
	}
	// A mitigation known only to the day is not replaced: recovery may have been much
	// later.
	recovered := t.Mitigated
	if !recovered.Known() {
		recovered = t.Recovered
	}
	return Durations{
		Detect:      since(t.Detected),
		Acknowledge: since(t.Acknowledged),
		Diagnose:    since(t.Diagnosed),
		Recover:     since(recovered),
		Resolve:     since(t.Resolved),
	}
}

// String returns detect, diagnose and recover in one line: "detected 4 min, diagnosed
// unknown, recovered 31 min". Acknowledge and Resolve are left out.
func (d Durations) String() string {
	return fmt.Sprintf("detected %s, diagnosed %s, recovered %s",
		FormatDuration(d.Detect), FormatDuration(d.Diagnose), FormatDuration(d.Recover))
}

// FormatDuration returns the text of a duration, and "unknown" for nil.
func FormatDuration(d *time.Duration) string { return humanize.DurationOr(d, "unknown") }
