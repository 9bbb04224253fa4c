package postmortems

import (
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// DurationsOf derives the durations of an incident from its milestones. All count from the
// start of impact; each is nil unless both ends are known to the second. Recover ends at
// mitigated, or at recovered when mitigated is unknown. A milestone before the start gives
// no duration: the rules refuse it.
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
// unknown, recovered 31 min".
func (d Durations) String() string {
	return fmt.Sprintf("detected %s, diagnosed %s, recovered %s",
		FormatDuration(d.Detect), FormatDuration(d.Diagnose), FormatDuration(d.Recover))
}

// FormatDuration writes a duration as people say it: "45 s", "31 min",
// "5 h 12 min", "3 d 4 h"; "unknown" for nil. Minutes are exact up to three
// hours, rounded to the nearest. It is defined for every duration.
func FormatDuration(d *time.Duration) string {
	if d == nil {
		return "unknown"
	}
	if *d < 0 {
		opposite := humanize.Opposite(*d)
		return "-" + FormatDuration(&opposite)
	}
	minutes := int64(d.Round(time.Minute) / time.Minute)
	switch {
	case d.Round(time.Second) < time.Minute:
		return fmt.Sprintf("%d s", int64(d.Round(time.Second)/time.Second))
	case minutes < 3*60:
		return fmt.Sprintf("%d min", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	}
	hours := int64(d.Round(time.Hour) / time.Hour)
	return fmt.Sprintf("%d d %d h", hours/24, hours%24)
}
