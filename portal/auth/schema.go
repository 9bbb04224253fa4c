package auth

import "github.com/postern/postern/portal/base/kv"

const (
	tokensBucket   = "auth.tokens"
	secretsBucket  = "auth.secrets"
	sessionsBucket = "auth.sessions"
	auditBucket    = "auth.audit"
)

// Schema is the schema of the buckets of this package.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "auth", Version: 1, Buckets: []string{tokensBucket, secretsBucket, sessionsBucket, auditBucket}}
}
