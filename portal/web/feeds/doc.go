// Package feeds takes in what other systems post, and answers the pages about the
// sources and about what could not be used of them.
//
// # Where to look
//
//	posts               post.go, signature.go, flight.go (bodies in memory), missed.go
//	                    (what is refused leaves a dead letter)
//	pages               sources.go, deadletters.go
//	routes and needs    handler.go, deps.go
package feeds
