package wire

import (
	"bufio"
	"fmt"
	"io"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// MaxPacket is the longest packet line in bytes, including its four length digits:
	// the bound of the format.
	MaxPacket = 65520
	lengthLen = 4
	hexDigits = "0123456789abcdef"
)

// Reader reads packet lines without reading past the packet it returns, so that the pack
// behind the last flush remains unread.
type Reader struct {
	r   *bufio.Reader
	buf []byte
}

// NewReader returns a Reader of the packet lines in r.
func NewReader(r *bufio.Reader) *Reader { return &Reader{r: r} }

// Next returns the data of the next packet, valid until the next call, or flush. The
// error is io.EOF when the stream ends before a packet, and a fault of kind Invalid when
// the data is not a packet line.
func (r *Reader) Next() (data []byte, flush bool, err error) {
	var head [lengthLen]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		if err == io.EOF {
			return nil, false, err
		}
		return nil, false, protocol("the request ends inside a packet", err)
	}
	n, ok := packetLength(head)
	switch {
	case !ok || n > MaxPacket:
		return nil, false, protocol(fmt.Sprintf("%q is not the length of a packet", head), nil)
	// A flush is the length 0, not the length 4 of a packet without data.
	case n == 0:
		return nil, true, nil
	case n < lengthLen: // 0001 and 0002 belong to protocol v2, which pushes do not use
		return nil, false, protocol(fmt.Sprintf("packet %q has no meaning in a push", head), nil)
	}
	n -= lengthLen
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:n]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return nil, false, protocol("the request ends inside a packet", err)
	}
	return r.buf, false, nil
}

// packetLength parses the four digits strictly, without sign or space, as git does.
func packetLength(head [lengthLen]byte) (n int, ok bool) {
	for _, c := range head {
		var d byte
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		default:
			return 0, false
		}
		n = n<<4 | int(d)
	}
	return n, true
}

// AppendPacket appends one packet line with data. Data that is too long for a packet is
// truncated: callers must split it.
func AppendPacket[S ~string | ~[]byte](dst []byte, data S) []byte {
	data = data[:min(len(data), MaxPacket-lengthLen)]
	n := len(data) + lengthLen
	dst = append(dst, hexDigits[n>>12&15], hexDigits[n>>8&15], hexDigits[n>>4&15], hexDigits[n&15])
	return append(dst, data...)
}

// AppendFlush appends a flush packet.
func AppendFlush(dst []byte) []byte { return append(dst, "0000"...) }

// protocol returns the fault of a request that is not a valid push.
func protocol(msg string, err error) error {
	return &fault.Error{Kind: fault.Invalid, Op: "wire", Msg: "this is not a git push: " + msg, Err: err}
}
