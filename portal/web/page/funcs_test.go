package page

import "testing"

func TestMarkedLetsNothingElseThrough(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a <mark>b</mark> &lt;i&gt;":           "a <mark>b</mark> &lt;i&gt;",
		`<script>x</script><mark onclick="x">`: `&lt;script&gt;x&lt;/script&gt;&lt;mark onclick=&#34;x&#34;&gt;`,
	} {
		if got := string(markedHTML(in)); got != want {
			t.Errorf("markedHTML(%q) = %q, want %q", in, got, want)
		}
	}
}
