// Package openslo owns the reading and writing of OpenSLO v1: YAML in,
// objectives and services out, and for everything that is wrong its line, column
// and rule. It is pure.
//
//	file -> Parse (one file by itself) -> File
//	all files -> Link (references, names, cycles) -> Set
//
// Both kinds of finding are postmortems.Problems of the Rules of this package, so
// an author is told of them as of everything else in a push.
//
// The core is strict: a key that nobody knows is an error, because an objective
// that silently ignores a misspelt target is worse than none. What the
// specification's own examples get wrong is accepted with a warning.
//
// OpenSLO has no place for what Postern must know of a service or an objective.
// Annotations carry it, with the prefix "postern/"; the bare names are read too,
// and "_" stands for "-":
//
//	Service  postern/owner            a person or a rota
//	         postern/team             (else the label "team")
//	         postern/tier
//	         postern/on-call-zone     IANA zone in which night pages are counted
//	         postern/depends-on       names of services, separated by commas
//	         postern/databases        databases whose slow statements it owns
//	SLO      postern/effective-from   when it came into force: a date or a time
//	         postern/min-events       below this total there is no verdict
//	         postern/empty-slice      exclude, good or bad
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

// APIVersion is the one version that is read.
const APIVersion = "openslo/v1"

func kinds() []string {
	return []string{KindSLO, KindSLI, KindService, KindDataSource, KindAlertPolicy, KindAlertCondition, KindAlertNotificationTarget}
}

// Set is what all files of a repository define together.
type Set struct {
	Services []slo.Service // by name
	SLOs     []slo.SLO     // by name
}

// File is one file, read by itself.
type File struct {
	Path    string
	objects []object
}

// object is one definition. Of its bodies the one of its kind is set.
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

// place is where a finding about something is told.
type place struct {
	line, col int
	excerpt   string
}

func placeOf(v yamldoc.Value) place { return place{v.Line(), v.Col(), v.Excerpt()} }

// reference names another object.
type reference struct {
	kind, name string
	at         place
}

// Parse reads one file. Findings of weight Error mean that the File is not whole.
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

// IsDefinition tells whether a file of a knowledge repository is read here: a
// YAML file below slos/ or services/.
func IsDefinition(path string) bool {
	folder, rest, deep := strings.Cut(path, "/")
	name := strings.ToLower(rest)
	return deep && (folder == "slos" || folder == "services") &&
		(strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}
