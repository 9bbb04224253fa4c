package ledger

import "github.com/postern/postern/portal/base/kv"

// The buckets; doc.go says what they hold.
const (
	bMeta      = "ledger.meta"
	bRaw       = "ledger.raw"
	bFact      = "ledger.fact"
	bEntity    = "ledger.entity"
	bEnds      = "ledger.ends"
	bStatement = "ledger.statement"
	bBucket    = "ledger.bucket"
	bLetter    = "ledger.letter"
	bBody      = "ledger.body"
	bSource    = "ledger.source"
	bDaily     = "ledger.daily"
	bTouched   = "ledger.touched"
)

// seqKey is the key of the number of the last write.
const seqKey = "seq"

// Schema is what the ledger keeps in the database.
func Schema() kv.Schema {
	return kv.Schema{
		Name: "ledger", Version: 1,
		Buckets: []string{
			bMeta, bRaw, bFact, bEntity, bEnds, bStatement, bBucket, bLetter, bBody, bSource, bDaily, bTouched,
		},
	}
}
