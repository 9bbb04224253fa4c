package migrate

import (
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// slothWindow is the default period of Sloth. The format has no field for it: it is a
// flag of Sloth.
const slothWindow = "30d"

// sloth converts a specification in the format prometheus/v1, or the same as a
// Kubernetes object (sloth.slok.dev/v1, in camel case). Anything else is left out with
// a finding. Names of objectives are unique within a service only, so the service is
// put before them.
func (r *reader) sloth(m *yamldoc.Map) {
	if m.Value("version").String() != "prometheus/v1" {
		if m.Value("apiVersion").String() != "sloth.slok.dev/v1" || m.Value("kind").String() != "PrometheusServiceLevel" {
			r.find(max(m.Line(), 1), "left out: this is neither Sloth's prometheus/v1 nor its PrometheusServiceLevel")
			return
		}
		m = m.Value("spec").Map()
	}
	service := m.Value("service").String()
	labels := textPairs(m.Value("labels"))
	team := lookup(labels, "team", "owner")
	if len(m.Value("sli_plugins").Items())+len(m.Value("sloPlugins").Items()) > 0 {
		r.find(m.Line(), "plug-ins have no place in OpenSLO and were left out")
	}
	// A difference of numbers after the import would otherwise look like a mistake.
	r.find(0, "Sloth shows a mean of ratios of five minutes; here events are summed, so the numbers may differ, and a quiet night "+
		"weighs what it weighs")
	for _, item := range m.Value("slos").Items() {
		s := item.Map()
		o := objective{
			service: service, name: service + "-" + s.Value("name").String(), title: service + " " + s.Value("name").String(),
			description: s.Value("description").String(), percent: s.Value("objective").Float(), window: slothWindow,
			labels: append(labels, textPairs(s.Value("labels"))...), line: item.Line(),
		}
		if !(o.percent >= 0 && o.percent < 100) {
			r.find(item.Line(), "left out: an objective is from 0 to below 100 percent")
			continue
		}
		if s.Has("alerting") {
			r.find(s.Value("alerting").Line(), "alerting was left out: the portal does not page. It tells which of the standard burn-rate "+
				"rules would have fired, beside what did page")
		}
		if r.slothIndicator(&o, s.Value("sli")) {
			o.labels = unique(o.labels)
			r.add(o, team, lookup(labels, "tier"))
		}
	}
}

// slothIndicator reads the ratio of events, or a raw error ratio. It returns false,
// with a finding, when neither can be converted. promql.Increasing replaces rate by
// increase, so that the query counts events and does not give a rate; Sloth divides the
// two, where the unit does not matter.
func (r *reader) slothIndicator(o *objective, v yamldoc.Value) bool {
	sli := v.Map()
	events, raw := sli.Value("events"), sli.Value("raw")
	switch {
	case events.Present():
		m := events.Map()
		bad, total := either(m, "error_query", "errorQuery"), either(m, "total_query", "totalQuery")
		if bad == "" || total == "" {
			r.find(events.Line(), "left out: an indicator by events needs error_query and total_query")
			return false
		}
		o.method = slo.Occurrences
		o.ratio = yamldoc.Pairs{{Key: "bad", Value: metric(promql.Increasing(bad))}, {Key: "total", Value: metric(promql.Increasing(total))}}
	case raw.Present():
		query := either(raw.Map(), "error_ratio_query", "errorRatioQuery")
		if query == "" {
			r.find(raw.Line(), "left out: a raw indicator needs error_ratio_query")
			return false
		}
		r.find(raw.Line(), "a raw ratio has no counts: it is judged as RatioTimeslices, each five minutes alike")
		o.method, o.slice = slo.RatioTimeslices, "5m"
		o.ratio = yamldoc.Pairs{{Key: "rawType", Value: "failure"}, {Key: "raw", Value: metric(query)}}
	default:
		r.find(max(v.Line(), o.line), "left out: an indicator by plug-in has no query here; write its queries out")
		return false
	}
	return true
}

// either returns the text of one of two keys. Sloth's own format has snake case, its
// Kubernetes object camel case. Blanks around the text are removed; a missing key gives
// "".
func either(m *yamldoc.Map, a, b string) string {
	if s := strings.TrimSpace(m.Value(a).Text()); s != "" {
		return s
	}
	return strings.TrimSpace(m.Value(b).Text())
}

// textPairs returns the entries of a mapping of texts. They are in the order of the
// file; empty values are left out.
func textPairs(v yamldoc.Value) (out yamldoc.Pairs) {
	if !v.Present() {
		return nil
	}
	for key, value := range v.Map().All() {
		if text := value.String(); text != "" {
			out = append(out, yamldoc.Pair{Key: key, Value: text})
		}
	}
	return out
}

// lookup returns the text of the first key that has one. Keys are in order of
// preference. It returns "" when none has a text.
func lookup(pairs yamldoc.Pairs, keys ...string) string {
	for _, key := range keys {
		for _, p := range pairs {
			if text, ok := p.Value.(string); ok && p.Key == key {
				return text
			}
		}
	}
	return ""
}

// unique returns the last value of each key, in the order of the keys. Labels of an
// objective follow those of its document and replace them.
func unique(pairs yamldoc.Pairs) (out yamldoc.Pairs) {
	at := map[string]int{}
	for _, p := range pairs {
		if i, there := at[p.Key]; there {
			out[i] = p
			continue
		}
		at[p.Key] = len(out)
		out = append(out, p)
	}
	return out
}
