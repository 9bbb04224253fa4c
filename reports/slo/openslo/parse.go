package openslo

import (
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo"
)

// The kinds of object of OpenSLO v1.
const (
	KindSLO                     = "SLO"
	KindSLI                     = "SLI"
	KindService                 = "Service"
	KindDataSource              = "DataSource"
	KindAlertPolicy             = "AlertPolicy"
	KindAlertCondition          = "AlertCondition"
	KindAlertNotificationTarget = "AlertNotificationTarget"
)

// APIVersion is the only version that is read.
const APIVersion = "openslo/v1"

// kinds returns all kinds.
func kinds() []string {
	return []string{KindSLO, KindSLI, KindService, KindDataSource, KindAlertPolicy, KindAlertCondition, KindAlertNotificationTarget}
}

// Set is the result of all files of a repository.
type Set struct {
	Services []slo.Service // by name
	SLOs     []slo.SLO     // by name
}

// File is the result of one file, before its references are resolved.
type File struct {
	Path    string
	objects []object
}

// object is one definition. Only the body of its kind is set.
type object struct {
	kind, name string
	at         place
	service    *slo.Service
	depends    []reference
	slo        *draft
	sli        *indicator
	sourceType string      // of a DataSource, in lower case
	refs       []reference // to other objects, by kind and name
}

// place is the place of a finding: line and column from 1, and the text there.
type place struct {
	line, col int
	excerpt   string
}

// placeOf returns the place of a value.
func placeOf(v yamldoc.Value) place { return place{v.Line(), v.Col(), v.Excerpt()} }

// reference names another object.
type reference struct {
	kind, name string
	at         place
}

// Parse reads one file. If a finding has the weight Error, the File is incomplete.
// Findings are in the order of the file. A file that is not YAML has no objects; an
// object of unknown version or kind is left out, and the others are read.
func Parse(path string, data []byte) (File, []postmortems.Problem) {
	r := &reader{path: path, lines: weights()}
	doc, maps, issues := yamldoc.ParseAll(data, yamldoc.Limits{})
	if doc == nil {
		r.issues(issues)
		return File{Path: path}, r.problems
	}
	file := File{Path: path}
	for _, m := range maps {
		if o, ok := r.object(m); ok {
			file.objects = append(file.objects, o)
		}
	}
	r.issues(doc.Issues())
	return file, r.sorted()
}

// IsDefinition reports whether a file of a knowledge repository has definitions: a YAML
// file below slos/ or services/.
func IsDefinition(path string) bool {
	folder, rest, deep := strings.Cut(path, "/")
	name := strings.ToLower(rest)
	return deep && (folder == "slos" || folder == "services") &&
		(strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}
