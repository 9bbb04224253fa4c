package postmortems

import (
	"regexp"

	"github.com/postern/postern/portal/base/yamldoc"
)

// incident reads which incident the document is about. References to other incidents
// stay as written: their forms differ by tool.
func (f *front) incident(m *yamldoc.Map) {
	in := &f.fm.Incident
	in.Ref = oneLine(m.Value("ref").String())
	in.Aliases = lines(m.Value("aliases").Strings())
	in.Services = lines(m.Value("services").Strings())
	in.Product = oneLine(m.Value("product").String())
	in.Environment = oneLine(m.Value("environment").String())
	in.DetectedBy = oneLine(m.Value("detected_by").String())
	in.DuplicateOf = oneLine(m.Value("duplicate_of").String())
	in.Related = lines(m.Value("related").Strings())
	if v := m.Value("severity"); v.Present() {
		in.RawSeverity = oneLine(v.String())
		severity, known := f.policy.Severity(in.RawSeverity)
		if v.Scalar() && !known {
			f.report(ruleSeverity, at(v), "severity %q is not known: use SEV1 to SEV5, or a word that the portal maps to it", in.RawSeverity)
		}
		in.Severity = severity
	}
	m.Unknown()
}

// impact reads what users noticed. An entry of slo without a percentage is valid and
// has no effect.
func (f *front) impact(m *yamldoc.Map) {
	f.fm.Impact.Summary = prose(m.Value("summary").String())
	f.fm.Impact.Users = oneLine(m.Value("users").String())
	f.fm.Impact.RequestsPct = f.percent(m.Value("requests_pct"), 100)
	for _, item := range f.items(m.Value("slo")) {
		s := item.Map()
		ref := s.Value("ref")
		spent := f.percent(s.Value("budget_burned_pct"), unbounded)
		if ref.String() == "" {
			f.report(ruleBudgetRef, at(item), "this entry names no SLO: set ref")
		} else if spent != nil {
			f.fm.Impact.SLO = append(f.fm.Impact.SLO, BudgetSpent{Ref: oneLine(ref.String()), BurnedPct: *spent})
		}
		s.Unknown()
	}
	m.Unknown()
}

// unbounded is the maximum of a percentage without an upper limit.
const unbounded = 1e9

// percent reads a percentage with or without its sign; nil when absent or invalid.
// Values that are no numbers are reported by package yamldoc.
func (f *front) percent(v yamldoc.Value, most float64) *float64 {
	if !v.Present() {
		return nil
	}
	n, ok := v.Number("%")
	if !ok {
		return nil
	}
	if n < 0 || n > most {
		f.report(rulePercent, at(v), "%s is %v: a percentage must be between 0 and 100", v.Path(), v.Text())
		return nil
	}
	return &n
}

// causes reads trigger, root causes, contributing factors, change and alerts. Empty
// factors are dropped.
func (f *front) causes(m *yamldoc.Map) {
	f.fm.Trigger = prose(m.Value("trigger").String())
	for _, text := range m.Value("root_causes").Strings() {
		f.fm.RootCauses = append(f.fm.RootCauses, prose(text))
	}
	f.fm.ChangeRef = oneLine(m.Value("change_ref").String())
	f.fm.Alerts = lines(m.Value("alerts").Strings())
	for _, item := range f.items(m.Value("contributing_factors")) {
		factor := factorOf(item)
		if factor != (Factor{}) {
			f.fm.Factors = append(f.fm.Factors, factor)
		}
	}
}

// tagForm matches one short word.
var tagForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$`)

// factorOf reads {tag, text}, or a single text: a tag when it is one short word.
// Reports count tags, so a sentence must not become one.
func factorOf(item yamldoc.Value) Factor {
	if item.Scalar() {
		text := prose(item.Text())
		if tagForm.MatchString(text) {
			return Factor{Tag: text}
		}
		return Factor{Text: text}
	}
	m := item.Map()
	f := Factor{Tag: oneLine(m.Value("tag").String()), Text: prose(m.Value("text").String())}
	m.Unknown()
	return f
}

// items returns the elements of a list; a single value is a list of one.
func (f *front) items(v yamldoc.Value) []yamldoc.Value {
	if !v.Present() || v.List() {
		return v.Items()
	}
	return []yamldoc.Value{v}
}

// origin reads where an imported document came from. A single text is the address.
func (f *front) origin(v yamldoc.Value) {
	if v.Scalar() {
		f.fm.Source.URL = oneLine(v.Text())
		return
	}
	m := v.Map()
	f.fm.Source.URL = oneLine(m.Value("url").String())
	f.fm.Source.ArchiveURL = oneLine(m.Value("archive_url").String())
	f.fm.Source.Format = oneLine(m.Value("format").String())
	f.fm.Source.PublishedAt, _ = f.time(m.Value("published_at"), false)
	f.fm.Source.FetchedAt, _ = f.time(m.Value("fetched_at"), false)
	m.Unknown()
}
