package docparts

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web/page"
)

func TestMarkWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, words, want string }{
		{`<p>The Pool of pools</p>`, "pool", `<p>The <mark>Pool</mark> of pools</p>`},
		{`<a href="/pool" title="a > pool">pool</a>`, "pool", `<a href="/pool" title="a > pool"><mark>pool</mark></a>`},
		{`<p>a &lt; b &amp; lt</p>`, "lt amp", `<p>a &lt; b &amp; <mark>lt</mark></p>`},
		{`<p>数据库连接池耗尽</p>`, "连接池 耗尽", `<p>数据库<mark>连接池</mark><mark>耗尽</mark></p>`},
		{`<code>tcp_tw_reuse</code>`, "tcp_tw", `<code><mark>tcp</mark>_<mark>tw</mark>_reuse</code>`},
		{`<p>x & y</p><b`, "x", `<p>x & y</p><b`}, // one letter says nothing
		{`<p>pool</p>`, "<script>", `<p>pool</p>`},
	} {
		req := &page.Request{Request: httptest.NewRequest(http.MethodGet, "/x?"+url.Values{"mark": {c.words}}.Encode(), nil)}
		if got := MarkWords(template.HTML(c.body), WordsToMark(req)); string(got) != c.want {
			t.Errorf("%s in %s: %s", c.words, c.body, got)
		}
	}
}

func FuzzMarkWords(f *testing.F) {
	f.Add(`<p class="a>b">pool &lt; 池</p>`, "pool 池")
	f.Add(`a<b`, "a")
	f.Fuzz(func(t *testing.T, body, words string) {
		m := strings.Fields(strings.ToLower(words))
		got := string(MarkWords(template.HTML(body), m))
		if !strings.Contains(body, "mark>") && strings.NewReplacer("<mark>", "", "</mark>", "").Replace(got) != body {
			t.Fatalf("%q with %q became %q", body, words, got)
		}
	})
}
