// Package compile makes reports: from a definition, a period and the inputs of the period
// it computes the verdict, the headline and every section. It is pure: the same arguments
// give the same bytes.
//
// sections.go is the table of all sections. Each is a method of compiler in a file of its
// own that returns a reports.Section; whatever lists sections reads the table.
//
// Rules of the numbers: counts are summed and ratios are taken last; a median or a
// percentile is shown beside its n, and a mean nowhere; zero, no data and no traffic are
// three different things; an arrow needs both periods measured, one definition and five
// points of budget.
//
// A section that cannot be made costs nothing but itself (incomplete.go), and one whose
// inputs could not be read gives the reason (unreadparts.go).
package compile
