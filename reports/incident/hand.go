package incident

// Hand is who says something by hand.
type Hand struct {
	Who string // the name of the token
	// Key is what a client gives one request, so that asking again changes nothing
	// again: unique among all clients; "" is none.
	Key string
}
