package signals

import "github.com/postern/postern/portal/base/kv"

// The buckets, which the package comment describes.
const (
	bMeta     = "register.meta"
	bEdit     = "register.edit"
	bEntry    = "register.entry"
	bDecision = "register.decision"
	bPast     = "register.past"
	// Requests that clients may repeat.
	bRequest    = "register.request"
	bRequestAge = "register.requestage"
)

// seqKey is the key of the number of the last write.
const seqKey = "seq"

// Schema returns the buckets and the version of the stored data.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "register", Version: 1, Buckets: []string{bMeta, bEdit, bEntry, bDecision, bPast, bRequest, bRequestAge}}
}
