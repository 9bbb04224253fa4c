package openslo

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// draft is an SLO before its references are resolved.
type draft struct {
	slo.SLO              // the fields that all objectives share
	service    reference // to the Service
	indicator  *indicator
	ref        reference // to an SLI, when indicator is nil
	composite  bool      // each objective has its own indicator
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

// maxDescription is the limit of OpenSLO, in characters.
const maxDescription = 1050

// slo reads the spec of an SLO. meta is that of the document. The method must be read
// before the objectives, since it determines which keys they need.
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
	// Without an indicator of the SLO, each objective needs its own, which makes the
	// SLO a composite.
	var own bool
	d.indicator, d.ref, own = r.indicatorOf(spec)
	d.composite = !own
	r.objectives(d, spec)
	for _, item := range spec.Value("alertPolicies").Items() {
		d.alerts = append(d.alerts, r.alert(item)...)
	}
	return d
}

// alert reads an alert policy, which is a name, a reference, or inline, and returns its
// references.
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

// own reads the annotations of an SLO. Invalid values are Errors, so the values that
// remain in the draft then do not matter.
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
		// In slo.SLO, 0 is the default, so an explicit 0 is stored as -1.
		if d.MinEvents = x; x == 0 {
			d.MinEvents = -1 // any number of events is enough
		}
	}
	switch text := n.text(noteEmpty); text {
	case "", slo.EmptyExclude, slo.EmptyGood, slo.EmptyBad:
		d.EmptySlice = text
	default:
		r.find(ruleForm, n[noteEmpty].at, "%s is exclude, good or bad, not %q", prefix+noteEmpty, text)
	}
}

// method reads budgetingMethod, "" if it is unknown.
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

// objectives reads the list of objectives. Either the SLO has an indicator, or each
// objective has one. An SLO without objectives adds a finding and returns none.
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
			const text = "the SLO has an indicator already: an objective has its own only where the SLO has none"
			r.find(ruleIndicator, orKey(m, "indicator"), text)
		case !own && d.composite:
			r.find(ruleIndicator, item, "neither the SLO nor this objective has an indicator")
		}
		finish(m)
		d.objectives = append(d.objectives, o)
	}
}

// mostWeight bounds the weights of a composite and their inverses, so that sums of
// weights are exact and every part counts.
const mostWeight = 1e6

// objective reads one objective without its indicator. The slice keys are required by
// the methods that count slices, and are read for all methods, because the examples of
// the specification have them everywhere.
func (r *reader) objective(d *draft, m *yamldoc.Map) objective {
	o := objective{title: m.Value("displayName").String(), target: r.target(m), weight: 1}
	// The comparison is negated so that NaN is refused, too.
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

// operator reads op and value. Link checks whether they are needed, when the indicator
// is known. An invalid op adds a finding and is stored nevertheless; the File is
// incomplete then.
func (r *reader) operator(o *objective, m *yamldoc.Map) {
	if v := m.Value("op"); v.Present() {
		o.op = v.String()
		if !strings.Contains(" lte gte lt gt ", " "+o.op+" ") {
			r.find(ruleForm, v, "op must be one of %s, not %q", strings.Join(operators(), ", "), o.op)
		}
	}
	o.value = m.Value("value").Float()
}

// target reads exactly one of target and targetPercent, and returns a fraction below 1.
// 100 % is refused: such an SLO has no error budget. Of a value that is no number
// yamldoc has reported the mistake, and the result is 0.
func (r *reader) target(m *yamldoc.Map) float64 {
	share, percent := m.Value("target"), m.Value("targetPercent")
	if share.Present() == percent.Present() {
		r.find(ruleTarget, orKey(m, "target"), "an objective has exactly one of target and targetPercent")
		return 0
	}
	if share.Present() {
		x, ok := share.Number("")
		if ok && !(x >= 0 && x < 1) {
			const text = "target is a fraction from 0 to below 1, such as 0.999, not %s; a percentage is a targetPercent"
			r.find(ruleTarget, share, text, share.Text())
		}
		return x
	}
	x, ok := percent.Number("%")
	if ok && !(x >= 0 && x < 100) {
		r.find(ruleTarget, percent, "targetPercent is from 0 to below 100, not %s", percent.Text())
	}
	return fromPercent(x)
}

// fromPercent returns the fraction that a person would write for a percentage: the
// shortest decimal number, 0.999 and not 0.9990000000000001. The decimal point is moved
// in the text: a division by 100 would show the rounding of binary fractions on every
// page, and would change the hash of the definition.
func fromPercent(x float64) float64 {
	share, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', -1, 64)+"e-2", 64)
	if err != nil {
		return x / 100
	}
	return share
}
