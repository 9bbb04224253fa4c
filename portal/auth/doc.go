// Package auth owns credentials: tokens, browser sessions, what roles may do,
// and the audit log of who did what.
//
// Data layout (schema "auth", version 1). Times are Unix seconds UTC, 0 for none.
//
//	auth.tokens    token id                   -> JSON storedToken
//	auth.secrets   SHA-256 of a secret        -> token id
//	auth.sessions  token id 0x00 hex(SHA-256) -> JSON storedSession
//	auth.audit     number (8 bytes, from 1)   -> hash (32 bytes), JSON Entry
//
// No secret is stored: a token's secret and a cookie's value each contain 32 random
// bytes, so a plain hash cannot be reversed and is found by look-up, without a
// comparison whose duration would reveal anything. A cookie's value begins with the
// id of its token; a session is valid only while that token is.
//
// The last use of a token or session is recorded in memory and written by Flush, so
// that reading a page never waits for a write.
package auth
