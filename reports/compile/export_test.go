package compile

import (
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// NewSection returns a section that is not in the table, for tests of the table.
func NewSection(key string, kinds []period.Kind, make func() reports.Section) Section {
	return Section{Key: key, Kinds: kinds, make: func(*compiler) reports.Section { return make() }}
}
