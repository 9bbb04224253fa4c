// Package auth owns credentials: tokens, browser sessions and what roles may do.
package auth
