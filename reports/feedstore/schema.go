package feedstore

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
)

// The buckets, which doc.go describes.
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
	bBudget    = "ledger.budget"
)

// seqKey is the key of the number of the last write.
const seqKey = "seq"

// Schema returns the buckets and the version of the stored data.
//
// History: 1, the first; 2, packed days may have form 2, which an older
// build would report as damaged (days of form 1 stay as they are until they
// are written); 3, the counters of budgets, which an older build would
// leave behind.
func Schema() kv.Schema {
	return kv.Schema{
		Name: "ledger", Version: 3,
		Buckets: []string{
			bMeta, bRaw, bFact, bEntity, bEnds, bStatement, bBucket, bLetter, bBody, bSource, bDaily, bTouched, bBudget,
		},
		Migrations: []func(context.Context, kv.Writer) error{asItIs, asItIs},
	}
}

// asItIs is a migration that changes no row.
func asItIs(context.Context, kv.Writer) error { return nil }
