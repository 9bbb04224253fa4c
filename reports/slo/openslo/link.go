package openslo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/postern/postern/postmortems"

	"github.com/postern/postern/reports/slo"
)

// linker joins files.
type linker struct {
	// The keys are those of key.
	named    map[string]object // by kind and name; the first in order of paths
	where    map[string]string // and the file it lies in
	set      Set
	problems []postmortems.Problem
}

// Link joins the files of a repository: it resolves their references to each other, and
// checks what a single file does not show. The order of the files does not matter.
// Services and SLOs are sorted by name, findings by place. If a finding of it or of
// Parse is an Error, the Set is incomplete.
func Link(files []File) (Set, []postmortems.Problem) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	// Three passes: a reference may be to an object in a later file, so all names are
	// registered before any is looked up, and all indicators have their types before
	// SLOs copy them.
	l := &linker{named: map[string]object{}, where: map[string]string{}}
	for _, f := range files {
		r := l.reader(f.Path)
		for _, o := range f.objects {
			l.register(r, o, f.Path)
		}
		l.keep(r)
	}
	for _, f := range files {
		r := l.reader(f.Path)
		for _, o := range f.objects {
			if o.sli != nil && o.name != "" && l.first(o, f.Path) {
				l.sources(r, o.sli)
			}
		}
		l.keep(r)
	}
	for _, f := range files {
		r := l.reader(f.Path)
		for _, o := range f.objects {
			l.object(r, o)
		}
		l.keep(r)
	}
	slices.SortFunc(l.set.Services, func(a, b slo.Service) int { return cmp.Compare(a.Name, b.Name) })
	// Names of SLOs are known only now, and cycles need all services.
	l.objectiveNames()
	l.cycles()
	slices.SortStableFunc(l.problems, func(a, b postmortems.Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return l.set, l.problems
}

// reader returns a reader for findings about one file.
func (l *linker) reader(path string) *reader { return &reader{path: path, lines: weights()} }

// keep adds the findings of a reader.
func (l *linker) keep(r *reader) { l.problems = append(l.problems, r.problems...) }

// key returns the identity of an object. Names contain no blank, so two objects never
// have one key by accident.
func key(kind, name string) string { return kind + " " + name }

// register takes a name for the first object that has it. Of several it is the one in
// the first path, whatever the order of the files, so that the finding is at the same
// place each time. An object whose name was invalid has "" and takes none.
func (l *linker) register(r *reader, o object, path string) {
	if o.name == "" {
		return
	}
	k := key(o.kind, o.name)
	if _, taken := l.named[k]; taken {
		r.findAt(ruleDuplicate, o.at, "%s %s is defined in %s already: keep one of the two", o.kind, o.name, l.where[k])
		return
	}
	l.named[k], l.where[k] = o, path
}

// first reports whether the object is the first one with its name. A duplicate in the
// same file is recognized by its place.
func (l *linker) first(o object, path string) bool {
	k := key(o.kind, o.name)
	return l.where[k] == path && l.named[k].at == o.at
}

// object resolves the references of one object and adds it to the set. References are
// checked for duplicates too: correcting the name should not lead to further findings.
// Only the first object of a name becomes part of the set.
func (l *linker) object(r *reader, o object) {
	for _, ref := range o.refs {
		l.known(r, ref)
	}
	for _, ref := range o.depends {
		if _, ok := l.named[key(ref.kind, ref.name)]; !ok {
			r.findAt(ruleDependency, ref.at, "no file defines the service %s", ref.name)
		}
	}
	if o.name == "" || !l.first(o, r.path) {
		return
	}
	if o.service != nil {
		l.set.Services = append(l.set.Services, *o.service)
	}
	if o.slo != nil {
		l.slo(r, *o.slo)
	}
}

// known reports whether a name is defined, and adds a finding if it is not.
func (l *linker) known(r *reader, ref reference) bool {
	if _, ok := l.named[key(ref.kind, ref.name)]; ok {
		return true
	}
	r.findAt(ruleReference, ref.at, "no file defines the %s %s", ref.kind, ref.name)
	return false
}

// sources looks up the types of an indicator's data sources. An indicator without a
// type takes that of its first DataSource that is defined. The type is stored in the
// indicator, which the SLOs that refer to it share.
func (l *linker) sources(r *reader, in *indicator) {
	for _, ref := range in.sources {
		o, ok := l.named[key(KindDataSource, ref.name)]
		if ok && in.Type == "" {
			in.Type = o.sourceType
		}
	}
	r.counters(in)
	switch {
	case in.Type == "":
		r.findAt(ruleSource, in.at, "the type of the metric source is not known: give it a type, or define its DataSource")
	case in.Type != typePrometheus && in.Type != typeNDJSON:
		r.findAt(ruleSource, in.at, "nothing reads sources of type %s: this indicator has numbers only when they are posted to the ndjson feed",
			in.Type)
	}
}

// slo adds the SLOs of one document to the set. A document with one objective gives one
// SLO, one with several gives one for each, and a composite one more over all of them.
// An objective without an indicator is left out: a finding has already been added.
func (l *linker) slo(r *reader, d draft) {
	if d.service.name != "" {
		if _, ok := l.named[key(KindService, d.service.name)]; !ok {
			r.findAt(ruleReference, d.service.at, "no file defines the service %s: it has no owner", d.service.name)
		}
	}
	for _, ref := range d.alerts {
		l.known(r, ref)
	}
	shared := l.indicator(r, d.indicator, d.ref)
	names := objectiveNames(d)
	length := commonSlices(d.objectives)
	// A composite of one part would be the part.
	if d.composite && len(d.objectives) > 1 {
		l.set.SLOs = append(l.set.SLOs, composite(d, names))
	}
	for i, o := range d.objectives {
		in := shared
		if d.composite {
			in = l.indicator(r, o.indicator, o.ref)
		}
		if in == nil {
			continue // already reported
		}
		s := d.SLO
		// An inline object has no place of its own below that of the document.
		s.Name, s.Line = names[i], max(o.at.line, d.Line)
		if len(d.objectives) > 1 && o.title != "" {
			s.Title += ": " + o.title
		}
		s.Target, s.SliceTarget, s.SliceLen = o.target, o.sliceTarget, o.sliceLen
		l.measure(r, &s, *in, o)
		// Several targets over one SLI are measured once. A threshold is part of each
		// objective, so each has its own buckets.
		if !d.composite && !in.threshold && len(d.objectives) > 1 && sameBuckets(s, length) {
			s.Series = d.Name
		}
		// The hash is last: it is over everything that changes a number.
		s.Hash = s.DefinitionHash()
		l.set.SLOs = append(l.set.SLOs, s)
	}
}

// indicator returns the inline indicator, otherwise the one that ref names; nil if
// there is none. A reference to an unknown SLI adds an Error and not only a Warning, as
// other references do, because without it there is nothing to measure.
func (l *linker) indicator(r *reader, in *indicator, ref reference) *indicator {
	if in != nil {
		l.sources(r, in)
		return in
	}
	if ref.name == "" {
		return nil
	}
	o, ok := l.named[key(KindSLI, ref.name)]
	if !ok || o.sli == nil {
		r.findAt(ruleMissing, ref.at, "no file defines the SLI %s: the objective cannot be measured", ref.name)
		return nil
	}
	return o.sli
}

// measure sets how the SLO is counted. The checks are here and not in Parse, because
// only the resolved indicator determines whether op and value are needed.
func (l *linker) measure(r *reader, s *slo.SLO, in indicator, o objective) {
	s.Indicator = in.Indicator
	switch {
	case in.threshold:
		s.Indicator.Op, s.Indicator.Value = o.op, o.value
		if o.op == "" {
			r.findAt(ruleIndicator, o.at, "a threshold needs op and value in each objective")
		}
	case o.op != "":
		r.findAt(ruleSlip, o.at, "op has no meaning for a ratio and is passed over")
	}
	if in.threshold || in.Raw != "" {
		// An SLO without the annotation has the default limit. -1 is no limit.
		if s.MinEvents == 0 {
			s.MinEvents = -1 // what is counted is measurements, not traffic
		}
	}
	if in.Raw != "" && s.Method != slo.RatioTimeslices {
		r.findAt(ruleSource, o.at, "a raw ratio has no number of events: each measurement counts the same, as in RatioTimeslices")
	}
}
