package migrate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// pyrra converts a ServiceLevelObjective of pyrra.dev/v1alpha1. Pyrra's objects have no
// field for service, team and tier, so they are taken from the usual labels. The window
// is required; the target is a text with or without a percent sign.
func (r *reader) pyrra(m *yamldoc.Map) {
	if api, kind := m.Value("apiVersion").String(), m.Value("kind").String(); api != "pyrra.dev/v1alpha1" || kind != "ServiceLevelObjective" {
		r.find(max(m.Line(), 1), fmt.Sprintf("left out: this is %s %s, not Pyrra's ServiceLevelObjective", api, kind))
		return
	}
	meta, spec := m.Value("metadata").Map(), m.Value("spec").Map()
	labels := textPairs(meta.Value("labels"))
	o := objective{
		name: meta.Value("name").String(), description: spec.Value("description").String(),
		method: slo.Occurrences, labels: plainLabels(labels), line: m.Line(),
	}
	if o.service = lookup(labels, "service", "pyrra.dev/service", "app.kubernetes.io/name"); o.service == "" {
		o.service = o.name
		r.find(meta.Line(), "Pyrra names no service: "+o.name+" became one of its own; put the objective under the service it belongs to")
	}
	target := spec.Value("target")
	percent, err := strconv.ParseFloat(strings.TrimSuffix(target.String(), "%"), 64)
	// Negated, so that NaN is refused.
	if err != nil || !(percent >= 0 && percent < 100) {
		r.find(target.Line(), "left out: target is a percentage from 0 to below 100")
		return
	}
	o.percent = percent
	window := spec.Value("window")
	if o.window = openWindow(window.String()); o.window == "" {
		r.find(window.Line(), "left out: the window "+window.Text()+" is not a whole number of hours, days or weeks")
		return
	}
	if spec.Has("alerting") {
		r.find(spec.Value("alerting").Line(), "alerting was left out: the portal does not page. It tells which of the standard burn-rate "+
			"rules would have fired")
	}
	if o.ratio = r.pyrraIndicator(spec.Value("indicator")); o.ratio != nil {
		r.add(o, lookup(labels, "pyrra.dev/team", "team", "owner"), lookup(labels, "tier", "pyrra.dev/tier"))
	}
}

// pyrraIndicator returns the ratio of an indicator, nil with a finding if it cannot be
// converted. The first of the known kinds counts; Pyrra allows one.
func (r *reader) pyrraIndicator(v yamldoc.Value) yamldoc.Pairs {
	m := v.Map()
	counter := yamldoc.Pair{Key: "counter", Value: true}
	for _, kind := range []string{"ratio", "latency", "latencyNative", "bool_gauge", "boolGauge"} {
		in := m.Value(kind)
		if !in.Present() {
			continue
		}
		x := in.Map()
		if g := x.Value("grouping"); len(g.Items()) > 0 {
			r.find(g.Line(), "grouping was left out: the objective counts all groups together")
		}
		total := x.Value("total").Map().Value("metric").String()
		var out yamldoc.Pairs
		switch kind {
		// Pyrra increases the counters itself, so its metrics are selectors. counter:
		// true lets the portal count them exactly.
		case "ratio":
			bad := x.Value("errors").Map().Value("metric").String()
			out = yamldoc.Pairs{counter, {Key: "bad", Value: metric(bad)}, {Key: "total", Value: metric(total)}}
		case "latency":
			good := x.Value("success").Map().Value("metric").String()
			out = yamldoc.Pairs{counter, {Key: "good", Value: metric(good)}, {Key: "total", Value: metric(total)}}
		case "latencyNative":
			out = r.native(x, total)
		// bool_gauge: each sample is a probe, and its value is 1 when it succeeded. So
		// the sum over time is the number of good ones.
		default:
			gauge := x.Value("metric").String()
			total = gauge
			out = yamldoc.Pairs{
				{Key: "good", Value: metric("sum(sum_over_time(" + gauge + "[{{.window}}]))")},
				{Key: "total", Value: metric("sum(count_over_time(" + gauge + "[{{.window}}]))")},
			}
		}
		if total == "" || out == nil {
			r.find(in.Line(), "left out: the indicator names no metric")
			return nil
		}
		return out
	}
	r.find(v.Line(), "left out: known indicators are ratio, latency, latencyNative and bool_gauge")
	return nil
}

// native returns the ratio of a latency over a native histogram. It returns nil when
// the latency is missing or no duration. A native histogram has no bucket series to
// select, so the growth is computed in the query: histogram_fraction gives the fraction
// of observations up to the limit, in seconds.
func (r *reader) native(x *yamldoc.Map, total string) yamldoc.Pairs {
	limit, err := time.ParseDuration(x.Value("latency").String())
	if err != nil || limit <= 0 {
		return nil
	}
	grown := "sum(increase(" + total + "[{{.window}}]))"
	return yamldoc.Pairs{
		{Key: "good", Value: metric(fmt.Sprintf("histogram_fraction(0, %g, %s) * histogram_count(%s)", limit.Seconds(), grown, grown))},
		{Key: "total", Value: metric("histogram_count(" + grown + ")")},
	}
}

// plainLabels returns the labels without those of Kubernetes and Pyrra. Those with a
// slash are metadata of Kubernetes; prometheus and role select the operator that
// evaluates the object.
func plainLabels(labels yamldoc.Pairs) (out yamldoc.Pairs) {
	for _, p := range labels {
		if !strings.Contains(p.Key, "/") && p.Key != "prometheus" && p.Key != "role" {
			out = append(out, p)
		}
	}
	return out
}

// openWindow returns a Prometheus duration of one or more units as a duration of
// OpenSLO, "" if that is not possible. Prometheus has compound durations such as 1d12h;
// OpenSLO has one unit. A year of Prometheus is 365 days. Minutes are refused: no
// budget is that short.
func openWindow(text string) string {
	if _, _, err := slo.ParseWindow(text); err == nil && !strings.HasSuffix(text, "m") {
		return strings.Replace(text, "y", "Y", 1)
	}
	units := map[byte]int{'h': 1, 'd': 24, 'w': 7 * 24, 'y': 365 * 24}
	hours, digits := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		// The limit prevents an overflow of hours.
		case c >= '0' && c <= '9' && digits < 1e5:
			digits = 10*digits + int(c-'0')
		case units[c] > 0 && digits > 0:
			hours, digits = hours+digits*units[c], 0
		default:
			return ""
		}
	}
	switch {
	case hours == 0 || digits > 0:
		return ""
	case hours%24 == 0:
		return fmt.Sprintf("%dd", hours/24)
	}
	return fmt.Sprintf("%dh", hours)
}
