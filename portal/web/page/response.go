package page

import "net/http"

// Response writes the answer to one request and records what was sent.
type Response struct {
	http.ResponseWriter
	Status    int   // as sent; 200 until WriteHeader is called
	Size      int64 // bytes of the body so far
	Committed bool  // the head is written: status and headers cannot change any more

	request *Request
	before  func(*Request)
}

// Request returns the request that this answers.
func (w *Response) Request() *Request { return w.request }

// WriteHeader implements http.ResponseWriter. Calls after the first do nothing.
func (w *Response) WriteHeader(status int) {
	if w.Committed {
		return
	}
	w.Status = status
	if w.before != nil {
		w.before(w.request)
	}
	w.ResponseWriter.WriteHeader(w.Status)
	w.Committed = true
}

// Write implements io.Writer. It sends the head first if it is not written yet.
func (w *Response) Write(b []byte) (int, error) {
	if !w.Committed {
		w.WriteHeader(w.Status)
	}
	n, err := w.ResponseWriter.Write(b)
	w.Size += int64(n)
	return n, err
}

// Flush sends what was written so far, if the connection can.
func (w *Response) Flush() {
	if !w.Committed {
		w.WriteHeader(w.Status)
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap returns the writer below, for http.ResponseController.
func (w *Response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
