package querylog

import "github.com/postern/postern/portal/base/kv"

// The buckets; the package comment describes their rows.
const (
	daysBucket    = "querylog.days"
	missingBucket = "querylog.missing"
)

// Limits of the stored counts.
const (
	// maxTexts is the maximum number of different searches of a day. With keptDays and
	// about 150 bytes a row, the log is smaller than 60 MB.
	maxTexts = 1000
	// keptDays is a year and a month, to compare a month with the same of last year.
	keptDays = 400
)

// Schema returns the buckets of querylog.
func Schema() kv.Schema {
	return kv.Schema{Name: "querylog", Version: 1, Buckets: []string{daysBucket, missingBucket}}
}
