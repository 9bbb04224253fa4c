package migrate

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems/convert"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/openslo"
)

// Formats returns the names of the known formats.
func Formats() []string { return []string{"sloth", "pyrra"} }

// Run converts YAML files. The result is sorted by path and has each path once. The
// error is fault.Unsupported for an unknown format. An objective that cannot be
// converted is left out with a finding; what is only less exact than before has a
// finding, too. Sources are converted in the order of their paths, so the first of two
// objectives with one name is the same each time. A file that cannot be written as YAML
// is fault.Internal.
func Run(format string, sources []convert.File) ([]convert.File, []convert.Finding, error) {
	if !slices.Contains(Formats(), format) {
		known := strings.Join(Formats(), ", ")
		return nil, nil, fault.Newf(fault.Unsupported, "migrate.Run", "%q is not a format of objectives; known are %s", format, known)
	}
	b := &batch{services: map[string]*service{}, slos: map[string][]yamldoc.Pairs{}, names: map[string]bool{}}
	ordered := slices.Clone(sources)
	slices.SortFunc(ordered, func(a, b convert.File) int { return strings.Compare(a.Path, b.Path) })
	for _, src := range ordered {
		if ext := strings.ToLower(path.Ext(src.Path)); ext != ".yaml" && ext != ".yml" {
			b.findings = append(b.findings, convert.Finding{Path: src.Path, Message: "left out: " + format + " reads .yaml and .yml"})
			continue
		}
		b.source(format, src)
	}
	files, err := b.files()
	return files, b.findings, err
}

// batch collects the definitions of all files. Services are collected over all files,
// because both tools name the service in each objective and define it nowhere.
type batch struct {
	services map[string]*service
	slos     map[string][]yamldoc.Pairs // by service
	names    map[string]bool            // of objectives
	findings []convert.Finding
}

// service has the properties of one service. The first objective that states a property
// determines it.
type service struct{ team, tier string }

// source converts one file. Its unknown keys are ignored, as the other tool does. The
// other tool's formats have keys that matter to its own evaluation only; issues about
// types of values are reported.
func (b *batch) source(format string, src convert.File) {
	r := &reader{batch: b, path: src.Path}
	doc, maps, issues := yamldoc.ParseAll(src.Data, yamldoc.Limits{})
	for _, i := range issues {
		r.find(i.Line, i.Msg)
	}
	if doc == nil {
		r.find(1, "the file cannot be read and was left out")
		return
	}
	for _, m := range maps {
		if format == "sloth" {
			r.sloth(m)
		} else {
			r.pyrra(m)
		}
	}
	// The issues of parsing are at the beginning of the list and have been reported
	// above.
	for _, i := range doc.Issues()[len(issues):] {
		if i.Code != yamldoc.Unknown {
			r.find(i.Line, i.Msg)
		}
	}
}

// files returns two files per service: its definition and its SLOs. They are sorted by
// path, since the map has no order.
func (b *batch) files() ([]convert.File, error) {
	var out []convert.File
	for name, s := range b.services {
		var notes yamldoc.Pairs
		notes = with(with(notes, "postern/team", s.team), "postern/tier", s.tier)
		meta := yamldoc.Pairs{{Key: "name", Value: name}}
		if len(notes) > 0 {
			meta = append(meta, yamldoc.Pair{Key: "annotations", Value: notes})
		}
		data, err := encode([]yamldoc.Pairs{object(openslo.KindService, meta, yamldoc.Pairs{})})
		if err != nil {
			return nil, err
		}
		out = append(out, convert.File{Path: "services/" + name + ".yaml", Data: data})
		if data, err = encode(b.slos[name]); err != nil {
			return nil, err
		}
		out = append(out, convert.File{Path: "slos/" + name + ".yaml", Data: data})
	}
	slices.SortFunc(out, func(a, b convert.File) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// encode returns objects as YAML documents. Several objects are separated by "---".
func encode(objects []yamldoc.Pairs) ([]byte, error) {
	var parts [][]byte
	for _, o := range objects {
		data, err := yamldoc.Encode(o)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "migrate", "the objectives cannot be written as YAML", err)
		}
		parts = append(parts, data)
	}
	return bytes.Join(parts, []byte("---\n")), nil
}

// object returns an object of OpenSLO. The keys are in the order in which people write
// them; yamldoc.Pairs retains it.
func object(kind string, meta, spec yamldoc.Pairs) yamldoc.Pairs {
	return yamldoc.Pairs{
		{Key: "apiVersion", Value: openslo.APIVersion}, {Key: "kind", Value: kind},
		{Key: "metadata", Value: meta}, {Key: "spec", Value: spec},
	}
}

// with returns pairs with another one, unless its value is "". It may change the array
// of pairs: use the result only.
func with(pairs yamldoc.Pairs, key, value string) yamldoc.Pairs {
	if value == "" {
		return pairs
	}
	return append(pairs, yamldoc.Pair{Key: key, Value: value})
}

// reader converts the objects of one file.
type reader struct {
	*batch
	path string
}

// find adds a finding. Line 0 is the file as a whole.
func (r *reader) find(line int, message string) {
	r.findings = append(r.findings, convert.Finding{Path: r.path, Line: line, Message: message})
}

// objective is one SLO in the terms that both formats share. name and service are as in
// the source; add converts them to names of OpenSLO. percent is the target, from 0 to
// below 100. window is a duration of OpenSLO. line is that of the source, for findings.
type objective struct {
	service, name, title, description string
	percent                           float64
	window                            string
	labels                            yamldoc.Pairs
	ratio                             yamldoc.Pairs // the ratioMetric
	method                            slo.Method
	slice                             string // of RatioTimeslices
	line                              int
}

// add adds an SLO to the batch; team and tier are those of its service. An objective
// without a usable name, or whose name another one has, is left out with a finding.
// Names must be unique over the whole batch, because OpenSLO has one namespace.
func (r *reader) add(o objective, team, tier string) {
	o.service, o.name = openslo.Name(o.service), openslo.Name(o.name)
	if o.service == "" || o.name == "" {
		r.find(o.line, "an objective without a name, or without a service, was left out")
		return
	}
	if r.names[o.name] {
		r.find(o.line, "the objective "+o.name+" was left out: another has that name already")
		return
	}
	r.names[o.name] = true
	if r.services[o.service] == nil {
		r.services[o.service] = &service{}
	}
	s := r.services[o.service]
	if s.team == "" {
		s.team = team
	}
	if s.tier == "" {
		s.tier = tier
	}
	r.slos[o.service] = append(r.slos[o.service], o.pairs())
}

// pairs returns the SLO as OpenSLO. The window always rolls: neither tool has calendar
// windows. The indicator is inline, because no other objective uses it.
func (o objective) pairs() yamldoc.Pairs {
	meta := with(yamldoc.Pairs{{Key: "name", Value: o.name}}, "displayName", o.title)
	if len(o.labels) > 0 {
		meta = append(meta, yamldoc.Pair{Key: "labels", Value: o.labels})
	}
	target := yamldoc.Pairs{{Key: "targetPercent", Value: o.percent}}
	if o.slice != "" {
		target = append(target, yamldoc.Pair{Key: "timeSliceWindow", Value: o.slice})
	}
	spec := append(with(nil, "description", o.description), yamldoc.Pairs{
		{Key: "service", Value: o.service},
		{Key: "indicator", Value: yamldoc.Pairs{
			{Key: "metadata", Value: yamldoc.Pairs{{Key: "name", Value: o.name}}},
			{Key: "spec", Value: yamldoc.Pairs{{Key: "ratioMetric", Value: o.ratio}}},
		}},
		{Key: "timeWindow", Value: []yamldoc.Pairs{{{Key: "duration", Value: o.window}, {Key: "isRolling", Value: true}}}},
		{Key: "budgetingMethod", Value: string(o.method)},
		{Key: "objectives", Value: []yamldoc.Pairs{target}},
	}...)
	return object(openslo.KindSLO, meta, spec)
}

// metric returns a metric source of Prometheus.
func metric(query string) yamldoc.Pairs {
	return yamldoc.Pairs{{Key: "metricSource", Value: yamldoc.Pairs{
		{Key: "type", Value: "Prometheus"}, {Key: "spec", Value: yamldoc.Pairs{{Key: "query", Value: query}}},
	}}}
}
