package feeds

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

const (
	// flightShare bounds the bytes of the bodies of one token that are read, decoded
	// and stored at a time. Decoded, a body takes some ten times its size in memory.
	flightShare = 32 << 20
	// flightShares is how many such shares there are for all tokens together.
	flightShares = 2
	// flightStep is what is reserved at first for a body of unstated length, in bytes:
	// most are smaller. Each further step is twice as large.
	flightStep = 256 << 10
	// largeBody is the size from which bodies are decoded one after another, in bytes:
	// two at once were half again as much memory and no faster.
	largeBody = 4 << 20
)

// flights counts the bytes of feeds' bodies in memory, so that clients with a token
// cannot exhaust it by posting at the same time. It may be used by many goroutines. The
// counts are of bytes reserved, not of bytes received.
type flights struct {
	share int64 // of one sender

	mu  sync.Mutex
	all int64
	by  map[string]int64 // sender -> bytes

	large chan struct{} // holds one token while a large body is decoded
}

// newFlights returns counters for bodies of at most the given size, however large it is.
// A single body of the configured size must always fit, so the share is at least twice
// that size.
func newFlights(body int64) *flights {
	return &flights{share: max(flightShare, 2*body), by: map[string]int64{}, large: make(chan struct{}, 1)}
}

// decode runs do, which decodes and stores a body of n bytes. Large bodies are processed
// one after another. do runs once or not at all. A sender that leaves while it waits gets
// fault.Timeout.
func (f *flights) decode(ctx context.Context, n int, do func() error) error {
	if n < largeBody {
		return do()
	}
	select {
	case f.large <- struct{}{}:
		defer func() { <-f.large }()
		return do()
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "web.feed", "the sender left before this was read; nothing of it was stored", ctx.Err())
	}
}

// begin reserves n bytes for a sender; land releases them. ok is false if the share of
// the sender, or that of all, is used up. land must be called exactly once.
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

// reserve reserves n more bytes for the body of a request; land releases them. It
// fails with fault.Unavailable, after which senders retry.
func (h *Handler) reserve(req *page.Request, n int64) (land func(), err error) {
	land, ok := h.flights.begin(req.Who.TokenID, n)
	if !ok {
		return nil, fault.New(fault.Unavailable, "web.feed", "too many feeds are being read; nothing was stored, send it again in a few seconds")
	}
	return land, nil
}

// readFeed reads a body of at most limit bytes and reserves memory as it arrives. land,
// which is never nil, releases the memory. A body of unstated length is reserved in
// growing steps, so that many small ones do not reserve the limit each.
func (h *Handler) readFeed(req *page.Request, limit int64) (body []byte, land func(), err error) {
	var lands []func()
	land = func() {
		for _, l := range lands {
			l()
		}
	}
	step, stated := int64(flightStep), req.ContentLength
	if stated > limit {
		return nil, land, h.feedTooLarge()
	}
	if stated == 0 {
		stated = -1 // a request inside the process does not state what it brings
	}
	if stated > 0 {
		step = stated
	}
	var all bytes.Buffer
	for {
		l, err := h.reserve(req, step)
		if err != nil {
			return nil, land, err
		}
		lands = append(lands, l)
		if stated >= 0 {
			all.Grow(int(step) + bytes.MinRead) // so that reading to the end does not double it
		}
		n, err := all.ReadFrom(io.LimitReader(req.Body, step))
		if _, over := errors.AsType[*http.MaxBytesError](err); over || int64(all.Len()) > limit {
			return nil, land, h.feedTooLarge()
		}
		if err != nil {
			return nil, land, unreadable(err)
		}
		if n < step || stated >= 0 {
			return all.Bytes(), land, nil
		}
		// One byte beyond the limit is enough to notice that the body is too large.
		step = min(2*step, limit+1-int64(all.Len()))
	}
}
