package slos

import (
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/slo"
)

// originsShown bounds the sources that are listed as counted, and as set aside.
const originsShown = 10

// originRows returns the sources whose counts are used, and those that are set aside.
// Sources are never added up.
func originRows(all []slo.Origin) (rows []howRow) {
	var aside []howRow
	for _, o := range all {
		name := "“" + o.Source + "”"
		if strings.HasPrefix(o.Source, "prometheus/") {
			name += ", the portal's own measurement"
		}
		if o.Days > 0 && len(rows) < originsShown {
			rows = append(rows, howRow{"Counted by", humanize.Plural(o.Days, "day"), name})
		}
		if o.Aside > 0 && len(aside) < originsShown {
			aside = append(aside, howRow{"Set aside", humanize.Plural(o.Aside, "day"),
				name + ": another source covers those days as well or better"})
		}
	}
	return append(rows, aside...)
}
