package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest/site"
)

// TestClonesAreCountedByTokenOrAddress: slots of clones are counted by token; where
// reading is open, by address, and by network where one client has many.
func TestClonesAreCountedByTokenOrAddress(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example.org", func(_ *web.Deps, o *web.Options) { o.OpenReading = true })
	for _, c := range []struct{ address, token, want string }{
		{"203.0.113.7:1", "", "address:203.0.113.7"},
		{"203.0.113.7:2", "", "address:203.0.113.7"},
		{"[2001:db8:1:2:3::4]:1", "", "address:2001:db8:1:2::/64"},
		{"[2001:db8:1:2:5::6]:1", "", "address:2001:db8:1:2::/64"},
		{"203.0.113.7:1", "pst_reader", "id-reader"},
		{"203.0.113.8:1", "pst_reader", "id-reader"},
	} {
		r := httptest.NewRequest("POST", "/knowledge.git/git-upload-pack", strings.NewReader("0000"))
		r.RemoteAddr = c.address
		r.Header.Set("Content-Type", "application/x-git-upload-pack-request")
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Body.String(); got != "pack for "+c.want {
			t.Errorf("%s %s: %d %q, not %q", c.address, c.token, w.Code, got, c.want)
		}
	}
}
