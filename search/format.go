package search

// format is the version of the index layout that this build writes. An index of an
// older readable format serves searches while its successor is built beside it. An
// index of any other format is rebuilt before the first search.
//
//	1  first layout
//	2  positions numbered by a perfect hash
//	3  surplus cells of tables are part of the text
const format = "3"

// readable reports whether this build can search an index of a format.
func readable(f string) bool { return f == format || f == "2" || f == "1" }
