package feeds

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/reports/feed/formats"
)

// withoutEnd is a body of unstated length; it ends, or breaks off.
type withoutEnd struct {
	left int
	then error
}

func (b *withoutEnd) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.then
	}
	n := min(b.left, len(p))
	for i := range p[:n] {
		p[i] = 'x'
	}
	b.left -= n
	return n, nil
}

// A refused body of a known sender leaves a dead letter, unless the sender retries. One of
// an unknown sender leaves none.
func TestWhatIsRefusedLeavesATrace(t *testing.T) {
	t.Parallel()
	const most = 1 << 16
	signed := Options{Body: most, Signing: func(string, string) ([]string, bool) { return []string{"secret"}, false }, Formats: formats.All()}
	for _, c := range []struct {
		name, target, token string
		body                *withoutEnd
		length              int64 // 0: unstated
		header              []string
		status              int
		want                string // beginning of the reason; "" no trace
		source              string
	}{
		{"too large, as it says", "alertmanager?source=am", "feeder", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 413,
			"a body of 192 KiB, more than feeds.body (64 KiB)", "am"},
		{"too large, unstated", "alertmanager?source=am", "feeder", &withoutEnd{3 * most, io.EOF}, 0, nil, 413,
			"a body of at least 64 KiB, which was refused: the body is larger than feeds.body", "am"},
		{"one byte too large", "opsgenie?source=og", "feeder", &withoutEnd{most + 1, io.EOF}, most + 1, nil, 413,
			"a body of 64 KiB, more than feeds.body", "og"},
		{"packed", "alertmanager?source=am", "feeder", &withoutEnd{10, io.EOF}, 10, []string{"Content-Encoding", "gzip"}, 415,
			"a body of 10 bytes, which was refused: send the body as it is", "am"},
		{"broken off", "alertmanager?source=am", "feeder", &withoutEnd{100, io.ErrUnexpectedEOF}, 900, nil, 400,
			"a body of 900 bytes, of which 100 bytes came, which was refused: the body did not come whole", "am"},
		{"no such format", "none?source=am", "feeder", &withoutEnd{10, io.EOF}, 10, nil, 404,
			"a body of 10 bytes, which was refused: no such format", "am"},
		{"without a signature", "pagerduty?source=pd", "feeder", &withoutEnd{10, io.EOF}, 10, nil, 401,
			"a body of 10 bytes, which was refused: the webhook has no valid", "pd"},
		{"no name where one is needed", "opsgenie", "feeder:a,b", &withoutEnd{10, io.EOF}, 10, nil, 400,
			"a body of 10 bytes, which was refused: source: this token may post for a, b", ""},
		{"a line too long", "ndjson?source=n", "feeder", &withoutEnd{2 * most, io.EOF}, 0, nil, 413, "a body of at least ", "n"},
		{"a stream that breaks off", "ndjson?source=n", "feeder", &withoutEnd{10, io.ErrUnexpectedEOF}, 0, nil, 400,
			"a body of at least 10 bytes, which was refused: the body did not come whole", "n"},
		{"taken", "alertmanager?source=am", "feeder", &withoutEnd{most, io.EOF}, most, nil, 202, "", ""},
		{"taken, unstated", "alertmanager?source=am", "feeder", &withoutEnd{most, io.EOF}, 0, nil, 202, "", ""},
		{"too large, by a reader", "alertmanager?source=am", "reader", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 403, "", ""},
		{"too large, with a wrong token", "alertmanager?source=am", "wrong", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 401, "", ""},
		{"packed, without a token", "alertmanager?source=am", "", &withoutEnd{10, io.EOF}, 10, []string{"Content-Encoding", "gzip"}, 401, "", ""},
		{"from another site", "alertmanager?source=am", "feeder", &withoutEnd{10, io.EOF}, 10,
			[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403, "", ""},
	} {
		s, f := newDesk(t, signed)
		r := httptest.NewRequest("POST", "/api/v1/feeds/"+c.target, c.body)
		if r.ContentLength = c.length; c.length == 0 {
			r.ContentLength = -1
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer pst_"+c.token)
		}
		for i := 0; i+1 < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		w := httptest.NewRecorder()
		s.routes.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
		switch {
		case c.want == "" && len(f.Unkept) > 0:
			t.Errorf("%s: left %+v", c.name, f.Unkept)
		case c.want != "" && (len(f.Unkept) != 1 || !strings.HasPrefix(f.Unkept[0].Reason, c.want) || f.Unkept[0].Source != c.source):
			t.Errorf("%s: left %+v, want %q of %q", c.name, f.Unkept, c.want, c.source)
		}
		if s.flights.all != 0 {
			t.Errorf("%s: %d bytes are still reserved", c.name, s.flights.all)
		}
	}
}
