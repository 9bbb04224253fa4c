package sandbox

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/postern/postern/postmortems"
)

// Serve is the main loop of a worker: it reads documents from stdin, renders each and
// writes the reply to stdout, until stdin ends. A renderer that panics ends the
// process, which the pool reports as a problem of the document. It returns nil at the
// end of stdin and an error for a request that is malformed. The context of the
// renderer never ends: the pool kills the process instead.
func Serve(stdin io.Reader, stdout io.Writer, renderer postmortems.BodyRenderer) error {
	in := bufio.NewReaderSize(stdin, 64<<10)
	for {
		payload, err := readFrame(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		input, err := decodeInput(payload)
		if err != nil {
			return err
		}
		var r reply
		r.body, r.problems, err = renderer.RenderBody(context.Background(), input)
		if err != nil {
			r.failed = err.Error()
		}
		if err := writeFrame(stdout, encodeReply(r)); err != nil {
			return err
		}
	}
}
