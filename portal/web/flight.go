package web

import (
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// flightShare bounds the bytes of the bodies of one token that are read, decoded
	// and stored at a time. Decoded, a body takes some ten times its size in memory.
	flightShare = 32 << 20
	// flightShares is how many such shares there are for all tokens together.
	flightShares = 4
)

// flights counts the bytes of feeds' bodies that are in memory, so that those who
// may post cannot exhaust it by posting at the same time. It may be used by many
// goroutines.
type flights struct {
	share int64 // of one sender

	mu  sync.Mutex
	all int64
	by  map[string]int64 // sender -> bytes
}

// newFlights makes room for bodies of the given size, however large it is.
func newFlights(body int64) *flights {
	return &flights{share: max(flightShare, 2*body), by: map[string]int64{}}
}

// begin makes room for n bytes of a sender; land gives it back. ok is false when the
// sender's share or everybody's is full.
func (f *flights) begin(sender string, n int64) (land func(), ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.by[sender]+n > f.share || f.all+n > flightShares*f.share {
		return nil, false
	}
	f.all += n
	f.by[sender] += n
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.all -= n
		if f.by[sender] -= n; f.by[sender] == 0 {
			delete(f.by, sender)
		}
	}, true
}

// reserve makes room for the body of a request, of which at most limit bytes are in
// memory at a time. land gives it back.
func (s *Server) reserve(c echo.Context, limit int64) (land func(), err error) {
	n := limit
	if length := c.Request().ContentLength; length >= 0 {
		n = min(length, limit)
	}
	land, ok := s.flights.begin(visitOf(c).who.TokenID, n)
	if !ok {
		return nil, fault.New(fault.Unavailable, "web.feed", "too many feeds are being read; nothing of this was stored, send it again in a few seconds")
	}
	return land, nil
}
