package slos

import (
	"strings"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports/slo"
)

// originsShown bounds the sources that are listed as counted, and as set aside.
const originsShown = 10

// originRows returns the sources whose counts are used, and those that are set aside.
// Sources are never added up. Days is in how many days a source was used, Aside in how
// many another one was preferred. A source may be in both lists.
func originRows(texts *messages.Printer, all []slo.Origin) (rows []howRow) {
	var aside []howRow
	for _, o := range all {
		name := "“" + o.Source + "”"
		// The portal's own measurements have this prefix.
		if strings.HasPrefix(o.Source, "prometheus/") {
			name += ", " + texts.Text("slo.own_measurement")
		}
		if o.Days > 0 && len(rows) < originsShown {
			rows = append(rows, howRow{texts.Text("slo.counted_by"), texts.Count("filter.days", o.Days), name})
		}
		if o.Aside > 0 && len(aside) < originsShown {
			aside = append(aside, howRow{texts.Text("slo.set_aside"), texts.Count("filter.days", o.Aside),
				name + ": " + texts.Text("slo.set_aside_note")})
		}
	}
	// Used sources are first.
	return append(rows, aside...)
}
