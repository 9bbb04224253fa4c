package openslo

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// draft is an SLO document before its references are looked up.
type draft struct {
	slo.SLO              // what all objectives share
	service    reference // to the Service
	indicator  *indicator
	ref        reference // to an SLI, when indicator is nil
	composite  bool      // every objective has an indicator of its own
	objectives []objective
	alerts     []reference
}

// objective is one target of a draft.
type objective struct {
	title       string
	target      float64
	sliceTarget float64
	sliceLen    time.Duration
	op          string
	value       float64
	weight      float64
	indicator   *indicator
	ref         reference
	at          place
}

// maxDescription is OpenSLO's limit, in characters.
const maxDescription = 1050

func (r *reader) slo(meta metadata, spec *yamldoc.Map) *draft {
	d := &draft{SLO: slo.SLO{
		Name: meta.name, Title: meta.title, Labels: meta.labels, Annotations: meta.plain(), Path: r.path, Line: meta.at.line,
	}}
	if d.Title == "" {
		d.Title = d.Name
	}
	v := spec.Value("description")
	if d.Description = v.String(); utf8.RuneCountInString(d.Description) > maxDescription {
		r.find(ruleForm, v, "the description is longer than %d characters", maxDescription)
	}
	d.Service = r.required(spec, "service")
	d.service = reference{KindService, d.Service, placeOf(orKey(spec, "service"))}
	r.own(d, meta)
	d.Window = r.window(spec)
	d.Method = r.method(spec)
	var own bool
	d.indicator, d.ref, own = r.indicatorOf(spec)
	d.composite = !own
	r.objectives(d, spec)
	for _, item := range spec.Value("alertPolicies").Items() {
		d.alerts = append(d.alerts, r.alert(item)...)
	}
	return d
}

// alert reads a policy that is named, by a text or a reference, or written out.
func (r *reader) alert(item yamldoc.Value) []reference {
	if item.Scalar() {
		return []reference{{KindAlertPolicy, item.String(), placeOf(item)}}
	}
	m := item.Map()
	defer finish(m)
	if ref := m.Value("alertPolicyRef"); ref.Present() {
		return []reference{{KindAlertPolicy, ref.String(), placeOf(ref)}}
	}
	m.Value("apiVersion")
	m.Value("kind")
	return r.body(KindAlertPolicy, m).refs
}

// own reads our annotations of an objective.
func (r *reader) own(d *draft, meta metadata) {
	n := r.notes(meta, noteEffective, noteMinEvents, noteEmpty)
	if text := n.text(noteEffective); text != "" {
		at, _, ok := yamldoc.ParseTime(text)
		if !ok {
			r.find(ruleForm, n[noteEffective].at, "%s is a date or an RFC 3339 time, not %q", prefix+noteEffective, text)
		}
		d.EffectiveFrom = at
	}
	if text := n.text(noteMinEvents); text != "" {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !(x >= 0 && x < 1e15) {
			r.find(ruleForm, n[noteMinEvents].at, "%s is a number of events, not %q", prefix+noteMinEvents, text)
		}
		if d.MinEvents = x; x == 0 {
			d.MinEvents = -1 // stated: any number of events will do
		}
	}
	switch text := n.text(noteEmpty); text {
	case "", slo.EmptyExclude, slo.EmptyGood, slo.EmptyBad:
		d.EmptySlice = text
	default:
		r.find(ruleForm, n[noteEmpty].at, "%s is exclude, good or bad, not %q", prefix+noteEmpty, text)
	}
}

func (r *reader) method(spec *yamldoc.Map) slo.Method {
	methods := []string{string(slo.Occurrences), string(slo.Timeslices), string(slo.RatioTimeslices)}
	text := spec.Value("budgetingMethod").String()
	for _, m := range methods {
		if text == m {
			return slo.Method(m)
		}
	}
	r.find(ruleForm, orKey(spec, "budgetingMethod"), "budgetingMethod is one of %s, not %q", strings.Join(methods, ", "), text)
	return ""
}

func (r *reader) objectives(d *draft, spec *yamldoc.Map) {
	list := spec.Value("objectives")
	if len(list.Items()) == 0 {
		r.find(ruleForm, orKey(spec, "objectives"), "at least one objective is needed")
	}
	for _, item := range list.Items() {
		m := item.Map()
		o := r.objective(d, m)
		o.at = placeOf(item)
		var own bool
		o.indicator, o.ref, own = r.indicatorOf(m)
		switch {
		case own && !d.composite:
			r.find(ruleIndicator, orKey(m, "indicator"), "the SLO has an indicator already: an objective has its own only where the SLO has none")
		case !own && d.composite:
			r.find(ruleIndicator, item, "neither the SLO nor this objective has an indicator")
		}
		finish(m)
		d.objectives = append(d.objectives, o)
	}
}

// mostWeight bounds the weights of a composite and their inverses, so that no part is
// lost beside another and sums of weights stay exact.
const mostWeight = 1e6

func (r *reader) objective(d *draft, m *yamldoc.Map) objective {
	o := objective{title: m.Value("displayName").String(), target: r.target(m), weight: 1}
	if v := m.Value("compositeWeight"); v.Present() {
		if o.weight = v.Float(); !(o.weight >= 1/mostWeight && o.weight <= mostWeight) {
			r.find(ruleTarget, v, "compositeWeight must be from a millionth to a million, not %s", v.Text())
		}
	}
	sliceTarget, window := m.Value("timeSliceTarget"), m.Value("timeSliceWindow")
	if sliceTarget.Present() {
		if o.sliceTarget = sliceTarget.Float(); !(o.sliceTarget > 0 && o.sliceTarget <= 1) {
			r.find(ruleSlices, sliceTarget, "timeSliceTarget is above 0 and at most 1")
		}
	} else if d.Method == slo.Timeslices {
		r.find(ruleSlices, orKey(m, "timeSliceTarget"), "Timeslices need a timeSliceTarget: the ratio from which a slice is good")
	}
	if window.Present() {
		o.sliceLen = r.sliceWindow(window)
	} else if d.Method == slo.Timeslices || d.Method == slo.RatioTimeslices {
		r.find(ruleSlices, orKey(m, "timeSliceWindow"), "%s need a timeSliceWindow, such as 5m", d.Method)
	}
	r.operator(&o, m)
	return o
}

// operator reads op and value; whether they are needed is known once the
// indicator is.
func (r *reader) operator(o *objective, m *yamldoc.Map) {
	if v := m.Value("op"); v.Present() {
		o.op = v.String()
		if !strings.Contains(" lte gte lt gt ", " "+o.op+" ") {
			r.find(ruleForm, v, "op must be one of %s, not %q", strings.Join(operators(), ", "), o.op)
		}
	}
	o.value = m.Value("value").Float()
}

// target reads target or targetPercent, exactly one, below 1 or 100.
func (r *reader) target(m *yamldoc.Map) float64 {
	share, percent := m.Value("target"), m.Value("targetPercent")
	if share.Present() == percent.Present() {
		r.find(ruleTarget, orKey(m, "target"), "an objective has exactly one of target and targetPercent")
		return 0
	}
	if share.Present() {
		x, ok := share.Number("")
		if ok && !(x >= 0 && x < 1) {
			r.find(ruleTarget, share, "target is a fraction from 0 to below 1, such as 0.999, not %s; a percentage is a targetPercent", share.Text())
		}
		return x
	}
	x, ok := percent.Number("%")
	if ok && !(x >= 0 && x < 100) {
		r.find(ruleTarget, percent, "targetPercent is from 0 to below 100, not %s", percent.Text())
	}
	return fromPercent(x)
}

// fromPercent turns a percentage into the fraction a person would write: the
// shortest decimal number, 0.999 and not 0.9990000000000001.
func fromPercent(x float64) float64 {
	share, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', -1, 64)+"e-2", 64)
	if err != nil {
		return x / 100
	}
	return share
}
