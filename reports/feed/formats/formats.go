// Package formats has the list of all feed formats: the one place where a
// new format is added. The portal, its API and pages, the help of the
// command line and the tests read it.
package formats

import (
	"slices"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feed/cloudevents"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feed/oncall"
	"github.com/postern/postern/reports/feed/opsgenie"
	"github.com/postern/postern/reports/feed/pagerduty"
	"github.com/postern/postern/reports/feed/pgstat"
	"github.com/postern/postern/reports/feed/slowlog"
	"github.com/postern/postern/reports/feed/statuspage"
	"github.com/postern/postern/reports/incident"
)

// All returns all formats, in the order in which a team connects them. Pages and help
// show this order. Names are stored in facts: none may be renamed or used again.
func All() []feed.Format {
	return []feed.Format{
		alertmanager.Format(),
		ndjson.Format(),
		pagerduty.Format(),
		cloudevents.Format(),
		opsgenie.Format(),
		oncall.Format(),
		statuspage.Format(),
		slowlog.Format(),
		pgstat.Format(),
	}
}

// Find returns the format with the given name; ok is false if list has
// none. Names are compared exactly: they are parts of addresses.
func Find(list []feed.Format, name string) (f feed.Format, ok bool) {
	i := slices.IndexFunc(list, func(f feed.Format) bool { return f.Name == name })
	if i < 0 {
		return f, false
	}
	return list[i], true
}

// Names returns the names of the formats, in the order of the list. They are
// the values of the path parameter of POST /feeds/{format}.
func Names(list []feed.Format) []string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Name
	}
	return names
}

// Incidents returns the forms of incident reports that the formats have,
// each with the title of its format. incident.DefaultPolicy takes them.
func Incidents(list []feed.Format) (forms []incident.Form) {
	for _, f := range list {
		if form := f.Incidents; form.Name != "" {
			form.Title = f.Title
			forms = append(forms, form)
		}
	}
	return forms
}
