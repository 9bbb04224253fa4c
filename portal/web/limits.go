package web

import "time"

// Limits on what a client may cost. Each has its unit and its reason.
const (
	// readHeaderTimeout ends clients that send their header byte by byte.
	readHeaderTimeout = 5 * time.Second
	// readTimeout is for header and body of everything except git and feeds, whose
	// routes move their own deadlines: 64 KiB in 15 s is slower than any phone.
	readTimeout = 15 * time.Second
	// writeTimeout is for a page of 100 KB on the slowest line worth serving.
	writeTimeout = 30 * time.Second
	// idleTimeout keeps a reader's connection open between two clicks.
	idleTimeout = 60 * time.Second
	// maxHeaderBytes bounds a request header: cookies of a shared domain and one long
	// query fit, a memory attack does not.
	maxHeaderBytes = 16 << 10

	// statusClientLeft is the status that a request whose client left is counted and
	// logged with: nginx' number for it. It is never sent.
	statusClientLeft = 499
)
