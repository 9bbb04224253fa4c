package feeds

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/feedstore"
)

// traced wraps a route of the feeds so that nothing from a known sender is lost without
// a trace: most senders do not send again what was answered with 4xx. A refused body
// that is not stored leaves a dead letter. What is refused for the moment (5xx, 429)
// does not, because its sender retries.
func (h *Handler) traced(serve page.ServeFunc) page.ServeFunc {
	return func(req *page.Request) error {
		body := &countedBody{ReadCloser: req.Body}
		req.Body = body
		err := serve(req)
		if err != nil {
			h.missed(req, body.n, err)
		}
		return err
	}
}

// countedBody counts the bytes that were read of a body. It is used by one goroutine.
type countedBody struct {
	io.ReadCloser
	n int64
}

// Read implements io.Reader.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// traceless is an error that leaves its trace elsewhere, or must leave none. missed skips
// it.
type traceless struct{ error }

// Unwrap returns the error.
func (t traceless) Unwrap() error { return t.error }

// missed records that the body of a known sender is not stored. read is how many bytes of
// it arrived. A failure to record is logged and changes nothing for the sender.
func (h *Handler) missed(req *page.Request, read int64, err error) {
	if _, done := errors.AsType[traceless](err); done || h.deps.Feeds == nil {
		return
	}
	doc := page.Problem(err)
	if doc.Status >= http.StatusInternalServerError || doc.Status == http.StatusTooManyRequests {
		return
	}
	kind := fault.KindOf(err)
	if doc.Status == http.StatusRequestEntityTooLarge {
		kind = fault.TooLarge
	}
	// Source is "" if the token is bound to several sources and the request names none.
	who := req.Who
	source, serr := sourceOf(req.QueryValue("source"), who)
	if serr != nil {
		source = ""
	}
	u := feedstore.Refusal{
		Source: source, Own: ownName(who), Bound: who.Sources, Format: formatOf(req), Kind: kind,
		Reason: h.missedReason(req.ContentLength, read, kind, doc.Detail), At: h.Now(),
	}
	if err := h.deps.Feeds.RecordRefusal(req.Context(), u); err != nil {
		h.Log().Warn("a refused body left no dead letter", "request", req.ID, "source", u.Source, "format", u.Format, "why", u.Reason, "error",
			err)
	}
}

// missedReason returns the reason in the dead letter of a body that is not stored. length
// is what the request stated, -1 for nothing. It states what was announced and what
// arrived, because a difference points to a proxy that cut the body.
func (h *Handler) missedReason(length, read int64, kind fault.Kind, detail string) string {
	size := byteSize(length)
	switch {
	case length < 0, length == 0 && read > 0:
		size = "at least " + byteSize(read)
	case read > 0 && read < length:
		size += ", of which " + byteSize(read) + " came"
	}
	if kind == fault.TooLarge && length > h.feedBody() {
		return fmt.Sprintf("a body of %s, more than feeds.body (%s)", size, byteSize(h.feedBody()))
	}
	return fmt.Sprintf("a body of %s, which was refused: %s", size, detail)
}

// ownName returns the source that a sender is, regardless of what it claims. It is the
// first source that the token is bound to, or the name of the token.
func ownName(who auth.Principal) string {
	if len(who.Sources) > 0 {
		return who.Sources[0]
	}
	return who.Name
}

// formatOf returns the format that a request names.
func formatOf(req *page.Request) string {
	if format := req.PathValue("format"); format != "" {
		return format
	}
	return path.Base(req.Pattern) // a route of its own
}

// byteSize writes a number of bytes.
func byteSize(n int64) string { return humanize.Bytes(n) }

// feedTooLarge returns the error for a body larger than feeds.body.
func (h *Handler) feedTooLarge() error {
	return fault.Newf(fault.TooLarge, "web.feed", "the body is larger than feeds.body (%s); it is not kept, which a dead letter says. "+
		"Send less at a time: Alertmanager takes max_alerts", byteSize(h.feedBody()))
}
