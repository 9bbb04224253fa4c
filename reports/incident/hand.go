package incident

// Hand is the person and the request of an entry by hand.
type Hand struct {
	Who string // the name of the token
	// Key identifies one request of a client, so that repeating it changes nothing. It
	// is unique among all clients; "" is none.
	Key string
}
