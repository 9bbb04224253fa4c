package slos

import (
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/slo"
)

// originsShown bounds the sources that the page of an objective names each way.
const originsShown = 10

// originRows say whose counts the number is made of, and whose were set aside:
// sources are never added up.
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
			aside = append(aside, howRow{"Set aside", humanize.Plural(o.Aside, "day"), name + ": another covers more of those days, or as much"})
		}
	}
	return append(rows, aside...)
}
