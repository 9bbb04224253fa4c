package sandbox

import (
	"encoding/binary"
	"fmt"
	"io"
)

// MaxFrame is the largest payload of a frame in bytes: 16 MiB of HTML and the text of
// the page.
const MaxFrame = 32 << 20

// writeFrame writes one frame with one call. A payload over MaxFrame is an error and
// nothing is written, so that the stream stays usable.
func writeFrame(w io.Writer, payload []byte) error {
	if len(payload) > MaxFrame {
		return fmt.Errorf("a message of %d bytes is over the limit of %d", len(payload), MaxFrame)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(payload)), uint32(len(payload)))
	_, err := w.Write(append(frame, payload...))
	return err
}

// firstRead is how many bytes are allocated because of a length alone; more are
// allocated as bytes arrive.
const firstRead = 1 << 20

// readFrame reads one frame. The error is io.EOF when the stream ends before a frame. A
// length over MaxFrame and a stream that ends inside a frame are errMalformed; the
// memory grows with what has arrived.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(head[:]))
	if n > MaxFrame {
		return nil, fmt.Errorf("%w: length %d", errMalformed, n)
	}
	payload := make([]byte, 0, min(n, firstRead))
	for len(payload) < n {
		have := len(payload)
		part := min(n-have, max(have, firstRead))
		payload = append(payload, make([]byte, part)...)
		if _, err := io.ReadFull(r, payload[have:]); err != nil {
			return nil, fmt.Errorf("%w: truncated", errMalformed)
		}
	}
	return payload, nil
}
