package reports

// Keys of the sections that inputs or other packages name. They are stored in reports and
// written in definitions, so none ever changes. All sections are in the table of
// reports/compile, where a key that nothing else names is a literal.
const (
	Objectives   = "objectives"
	Risk         = "risk"
	Budget       = "budget"
	Incidents    = "incidents"
	Dependencies = "dependencies"
	Alerts       = "alerts"
	Changes      = "changes"
	SlowSQL      = "sql"
	Drills       = "drills"
	Coverage     = "postmortems"
	Actions      = "actions"
	Quality      = "quality"
	Definitions  = "definitions"
	Knowledge    = "gaps"
	Review       = "review"
	Windows      = "windows"
	Policy       = "policy"
	Arithmetic   = "arithmetic"
	Glossary     = "glossary"
)
