package feedstore

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/textproto"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// The raw body is stored with the headers that its decoder may read, so
// that a newer decoder can decode it again. Authorization and signatures
// are never stored.

// storedHeaders returns the request headers that a decoder may read, or
// that help to identify a sender. Credentials and signatures are not among
// them.
func storedHeaders() []string {
	return []string{
		"User-Agent", "X-Webhook-Id", "X-Webhook-Subscription",
		"Ce-Specversion", "Ce-Id", "Ce-Source", "Ce-Type", "Ce-Time", "Ce-Subject", "Ce-Datacontenttype", "Ce-Dataschema",
	}
}

// maxHeader bounds a stored header, in bytes.
const maxHeader = 1024

// storedRaw is the first line of the row of a body; the body follows.
type storedRaw struct {
	Source  string            `json:"s"`
	Format  string            `json:"f"`
	Type    string            `json:"t,omitempty"`
	Headers map[string]string `json:"h,omitempty"`
	Bound   []string          `json:"b,omitempty"` // sources that its token was bound to; none: any
	Deflate bool              `json:"z,omitempty"`
	Size    int               `json:"n"` // of the body before it was deflated
}

// packer builds the stored form of bodies. It reuses its deflaters.
type packer struct{ deflaters sync.Pool }

// deflateFrom is the size in bytes from which a body is deflated.
const deflateFrom = 400

// row returns the stored form of one body: a line of JSON and the body.
func (p *packer) row(format string, in feed.Input) []byte {
	head := storedRaw{Source: in.Source, Format: format, Type: clip(in.ContentType, maxHeader), Bound: in.Bound, Size: len(in.Body)}
	for _, name := range storedHeaders() {
		if v := in.Header(name); v != "" {
			if head.Headers == nil {
				head.Headers = map[string]string{}
			}
			head.Headers[name] = clip(v, maxHeader)
		}
	}
	body := in.Body
	if len(body) >= deflateFrom {
		if z := p.deflate(body); len(z) < len(body) {
			body, head.Deflate = z, true
		}
	}
	line, err := json.Marshal(head)
	if err != nil { // strings and numbers can always be written
		line = []byte("{}")
	}
	row := make([]byte, 0, len(line)+1+len(body))
	return append(append(append(row, line...), '\n'), body...)
}

// deflate returns the body deflated. It favours speed, since a sender waits.
func (p *packer) deflate(body []byte) []byte {
	var out bytes.Buffer
	w, ok := p.deflaters.Get().(*flate.Writer)
	if ok {
		w.Reset(&out)
	} else {
		w, _ = flate.NewWriter(&out, flate.BestSpeed) // only an unknown level fails
	}
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	p.deflaters.Put(w)
	if err != nil { // a bytes.Buffer takes everything
		return body
	}
	return out.Bytes()
}

// openRow is the inverse of row. It reads at most the stated size, so that a damaged
// row cannot inflate without bound. The body does not share the row's memory.
func openRow(row []byte) (head storedRaw, body []byte, err error) {
	const op = "feedstore.openRow"
	line, rest, _ := bytes.Cut(row, []byte{'\n'})
	if err := json.Unmarshal(line, &head); err != nil {
		return head, nil, fault.Wrap(fault.Internal, op, "a stored body cannot be read", err)
	}
	if !head.Deflate {
		return head, bytes.Clone(rest), nil
	}
	r := flate.NewReader(bytes.NewReader(rest))
	body, err = io.ReadAll(io.LimitReader(r, int64(head.Size)))
	if err == nil {
		err = r.Close()
	}
	return head, body, fault.Wrap(fault.Internal, op, "a stored body cannot be read", err)
}

// input returns the body as it was received.
func (h storedRaw) input(body []byte) feed.Input {
	return feed.Input{Body: body, ContentType: h.Type, Source: h.Source, Bound: h.Bound, Header: func(name string) string {
		return h.Headers[textproto.CanonicalMIMEHeaderKey(name)]
	}}
}

// job returns the job of one body, without its stored form. A missing receipt is now.
// The two hashes are of the body alone, for ledger.raw, and of source, format and body,
// for dead letters.
func (l *Store) job(format string, in feed.Input) *job {
	if in.Header == nil {
		in.Header = func(string) string { return "" }
	}
	if in.Received.IsZero() {
		in.Received = l.opt.Now()
	}
	in.Received = in.Received.UTC()
	j := &job{format: format, source: in.Source, received: in.Received, now: in.Received, input: in}
	j.sum = sha256.Sum256(in.Body)
	full := sha256.Sum256(append(kv.Join(in.Source, format, ""), in.Body...))
	copy(j.letters[:], full[:])
	return j
}

// clip returns at most n bytes of s. It may cut within a character.
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
