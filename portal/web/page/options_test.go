package page

import (
	"net/url"
	"testing"
	"time"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"", "ftp://x", "https://", "https://x/?q", "https://u:p@x/"} {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{PublicURL: parsed, Now: time.Now}
		if err := o.Check(); err == nil {
			t.Errorf("public_url %q was taken", u)
		}
	}
}
