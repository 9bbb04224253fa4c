package openslo

import (
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// indicator is an SLI before its data sources are resolved.
type indicator struct {
	slo.Indicator
	// A thresholdMetric: op and value are in each objective, and one measurement counts
	// as one event.
	threshold bool
	at        place // of its first metric source
	// sources are the references to DataSources. They determine the type where the
	// metric source has none.
	sources []reference
	counts  []countQuery // of good, bad and total, as far as they exist
}

// countQuery is a query whose value is counted, and its place.
type countQuery struct {
	text string
	at   place
}

// indicatorOf reads "indicator" or "indicatorRef" of an SLO or of an objective. ok is
// false when both are missing. With both present there is a finding, and ok is false as
// well. inline is nil, with ok true, where the indicator has no spec: the finding is
// already added, and callers must not report a missing indicator too.
func (r *reader) indicatorOf(m *yamldoc.Map) (inline *indicator, ref reference, ok bool) {
	in, by := m.Value("indicator"), m.Value("indicatorRef")
	switch {
	case in.Present() && by.Present():
		r.find(ruleIndicator, by, "give indicator or indicatorRef, not both")
	case in.Present():
		im := in.Map()
		// An inline indicator may be a whole object. Its name is checked but not
		// registered: nothing can refer to it.
		im.Value("apiVersion")
		im.Value("kind")
		r.metadata(im)
		spec := im.Value("spec")
		if !spec.Present() {
			r.find(ruleForm, orKey(im, "spec"), "the indicator needs a spec")
			return nil, ref, true
		}
		s := spec.Map()
		inline = r.sli(s)
		finish(s)
		finish(im)
		return inline, ref, true
	case by.Present():
		return nil, reference{KindSLI, by.String(), placeOf(by)}, true
	}
	return nil, ref, false
}

// sli reads the spec of an indicator. It never returns nil. With a finding the
// indicator is incomplete, and so is the File.
func (r *reader) sli(spec *yamldoc.Map) *indicator {
	_ = spec.Value("description").String()
	ratio, threshold := spec.Value("ratioMetric"), spec.Value("thresholdMetric")
	in := &indicator{}
	switch {
	case ratio.Present() == threshold.Present():
		r.find(ruleIndicator, orKey(spec, "ratioMetric"), "an indicator has exactly one of ratioMetric and thresholdMetric")
	case ratio.Present():
		m := ratio.Map()
		r.ratio(in, m)
		finish(m)
	default:
		m := threshold.Map()
		in.threshold = true
		in.Metric = r.metric(in, m).text
		finish(m)
	}
	return in
}

// ratio reads good or bad over total, or a raw ratio. Queries of good, bad and total
// are added to in.counts, because counters checks them. A raw ratio is no count, so it
// is not among them.
func (r *reader) ratio(in *indicator, m *yamldoc.Map) {
	in.Counter = m.Value("counter").Bool()
	good, bad, total, raw := m.Value("good"), m.Value("bad"), m.Value("total"), m.Value("raw")
	kind := m.Value("rawType")
	if raw.Present() {
		if good.Present() || bad.Present() || total.Present() {
			r.find(ruleIndicator, raw, "a raw ratio stands alone: take out good, bad and total, or raw")
		}
		in.Raw = r.metricOf(in, raw).text
		switch kind.String() {
		case "success":
		case "failure":
			in.RawFailure = true
		default:
			r.find(ruleIndicator, orKey(m, "rawType"), "rawType must be success or failure: it says which way the raw ratio counts")
		}
		return
	}
	if kind.Present() {
		r.find(ruleIndicator, kind, "rawType belongs to raw, which is not there")
	}
	// Both good and bad would state the total twice, and the two could contradict each
	// other.
	if good.Present() == bad.Present() || !total.Present() {
		r.find(ruleIndicator, orKey(m, "total"), "a ratio has total, and exactly one of good and bad")
	}
	for _, x := range []struct {
		into *string
		from yamldoc.Value
	}{{&in.Good, good}, {&in.Bad, bad}, {&in.Total, total}} {
		q := r.metricOf(in, x.from)
		if *x.into = q.text; q.text != "" {
			in.counts = append(in.counts, q)
		}
	}
}

// metricOf reads {metricSource: …}; its text is "" when the value is absent.
func (r *reader) metricOf(in *indicator, v yamldoc.Value) countQuery {
	if !v.Present() {
		return countQuery{}
	}
	m := v.Map()
	query := r.metric(in, m)
	finish(m)
	return query
}

// metric reads the metric source of m and returns its query with its place. The text is
// "" when there is none. It also sets the place, the type and the sources of the
// indicator, and adds a finding for a credential in the spec, which is free-form.
func (r *reader) metric(in *indicator, m *yamldoc.Map) countQuery {
	v := m.Value("metricSource")
	if !v.Present() {
		r.find(ruleIndicator, orKey(m, "metricSource"), "metricSource is missing")
		return countQuery{}
	}
	if in.at.line == 0 {
		in.at = placeOf(v)
	}
	src := v.Map()
	kind := strings.ToLower(src.Value("type").String())
	if ref := src.Value("metricSourceRef"); ref.Present() {
		in.sources = append(in.sources, reference{KindDataSource, ref.String(), placeOf(ref)})
		in.Source = ref.String()
	}
	// The first source that states a type decides for the indicator. A type that is
	// still "" here is looked up by Link, from the DataSource.
	if in.Type == "" {
		in.Type = kind
	}
	if kind != "" && in.Type != kind {
		r.find(ruleIndicator, src.Value("type"), "the queries of one indicator must go to one type of source, not to %s and %s", in.Type, kind)
	}
	spec := src.Value("spec")
	r.secrets(spec)
	finish(src)
	// Counts that are posted to the portal need no query.
	if !spec.Present() && kind == typeNDJSON {
		return countQuery{}
	}
	// The place of a finding about a query is the query, or the whole spec where it has
	// no such key.
	at := spec
	if spec.Mapping() && spec.Map().Value("query").Present() {
		at = spec.Map().Value("query")
	}
	return countQuery{r.query(kind, spec, v), placeOf(at)}
}

// query finds the query in the free-form spec of a metric source: its "query", else the
// whole spec as it is written, for readers. For Prometheus a query is required. For
// ndjson it is optional. The YAML of other types is only shown on the page of the SLO:
// the portal does not know their keys.
func (r *reader) query(kind string, spec, source yamldoc.Value) string {
	if !spec.Present() {
		r.find(ruleIndicator, source, "the metric source needs a spec with a query")
		return ""
	}
	if !spec.Mapping() {
		return spec.String()
	}
	q := spec.Map().Value("query")
	text := strings.TrimSpace(q.Text())
	switch {
	case text != "":
	case kind == typePrometheus:
		r.find(ruleIndicator, spec, "a Prometheus source needs a query")
	case kind != typeNDJSON:
		return spec.YAML()
	}
	return text
}

// The types of source that the portal itself reads.
const (
	// Also servers with the same API, such as VictoriaMetrics or Thanos.
	typePrometheus = "prometheus"
	typeNDJSON     = "ndjson"
)
