package signals

import "github.com/postern/postern/portal/base/kv"

// The buckets; see the package comment for their keys.
const (
	bMeta     = "register.meta"
	bEdit     = "register.edit"
	bEntry    = "register.entry"
	bDecision = "register.decision"
	bPast     = "register.past"
	// Requests that clients may ask again.
	bRequest    = "register.request"
	bRequestAge = "register.requestage"
)

// seqKey is the key of the number of the last write.
const seqKey = "seq"

// Schema is what the register keeps in the database.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "register", Version: 1, Buckets: []string{bMeta, bEdit, bEntry, bDecision, bPast, bRequest, bRequestAge}}
}
