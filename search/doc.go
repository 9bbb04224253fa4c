// Package search owns the search index: its mapping, queries and results.
package search
