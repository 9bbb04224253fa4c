package messages_test

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/messages"
)

const sample = `
[page]
title = "Incidents"
count_only = "{{.Count}} open"
names = "Sources: {{.Names}} of {{ .Total }}"
link_html = 'No post-mortem. <a href="{{.Link}}" title="{{.Title}}">{{.Title}}</a>'
bold_html = "<b>None</b>"
[page.missed]
one = "1 SLO missed in {{.Zone}}"
other = "{{.Count}} SLOs missed in {{.Zone}}"
[page.rows_html]
one = "<b>1</b> row"
other = "<b>{{.Count}}</b> rows"
[page.state]
not_mitigated = "not mitigated"
`

const chinese = `
[page]
title = "事件"
count_only = "{{.Count}} 个"
names = "来源: {{.Names}}"
link_html = '<a href="{{.Link}}">{{.Title}}</a>'
bold_html = "<b>无</b>"
missed = "{{.Count}} 个 SLO 未达标"
rows_html = "{{.Count}} 行"
[page.state]
not_mitigated = "未缓解"
`

func load(files ...string) (*messages.Catalogue, error) {
	folder := fstest.MapFS{}
	for n := 0; n < len(files); n += 2 {
		folder[files[n]] = &fstest.MapFile{Data: []byte(files[n+1])}
	}
	return messages.Load(folder)
}

func TestNewLoadsTheEmbeddedFiles(t *testing.T) {
	t.Parallel()
	c, err := messages.New()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Printer("en").Language(); got != "en" {
		t.Errorf("language %q", got)
	}
}

func TestTextFillsArgumentsIn(t *testing.T) {
	t.Parallel()
	c, err := load("en.toml", sample, "zh.toml", chinese)
	if err != nil {
		t.Fatal(err)
	}
	type state string
	en, zh := c.Printer("en"), c.Printer("zh-CN")
	for name, texts := range map[string][2]string{
		"plain":               {en.Text("page.title"), "Incidents"},
		"other language":      {zh.Text("page.title"), "事件"},
		"arguments":           {en.Text("page.names", "Names", "a & b", "Total", 12345), "Sources: a & b of 12,345"},
		"named string":        {en.Text("page.names", "Names", state("on"), "Total", int64(-1234)), "Sources: on of −1,234"},
		"stringer":            {en.Text("page.names", "Names", time.UTC, "Total", 0.5), "Sources: UTC of 0.5"},
		"value left out":      {en.Text("page.names", "Names", "a"), "Sources: a of {Total}"},
		"braces in a value":   {en.Text("page.names", "Names", "{{.Total}}", "Total", uint8(7)), "Sources: {{.Total}} of 7"},
		"unknown key":         {en.Text("page.unknown"), "page.unknown"},
		"unknown key, HTML":   {string(en.HTML("page.<b>_html")), "page.&lt;b&gt;_html"},
		"one":                 {en.Count("page.missed", 1, "Zone", "UTC"), "1 SLO missed in UTC"},
		"other":               {en.Count("page.missed", 1200, "Zone", "UTC"), "1,200 SLOs missed in UTC"},
		"none":                {en.Count("page.missed", 0, "Zone", "UTC"), "0 SLOs missed in UTC"},
		"negative one":        {en.Count("page.missed", -2, "Zone", "UTC"), "−2 SLOs missed in UTC"},
		"one form for all":    {en.Count("page.count_only", 1), "1 open"},
		"language of one":     {zh.Count("page.missed", 1, "Zone", "UTC"), "1 个 SLO 未达标"},
		"markup":              {string(en.HTML("page.bold_html")), "<b>None</b>"},
		"markup with a count": {string(en.CountHTML("page.rows_html", 2000)), "<b>2,000</b> rows"},
		"markup, one":         {string(en.CountHTML("page.rows_html", 1)), "<b>1</b> row"},
		"computed key":        {en.Text(messages.Key("page.state.", "Not mitigated")), "not mitigated"},
		"escaped": {
			string(en.HTML("page.link_html", "Link", "javascript:alert(1)", "Title", `"<b>`)),
			`No post-mortem. <a href="#ZgotmplZ" title="&#34;&lt;b&gt;">&#34;&lt;b&gt;</a>`,
		},
		"markup as a value": {
			string(en.HTML("page.link_html", "Link", "/x?a=1&b", "Title", template.HTML("<i>t</i>"))),
			`No post-mortem. <a href="/x?a=1&amp;b" title="t"><i>t</i></a>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(texts[1], texts[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPrinterChoosesALanguage(t *testing.T) {
	t.Parallel()
	c, err := load("en.toml", sample, "zh.toml", chinese)
	if err != nil {
		t.Fatal(err)
	}
	for wanted, want := range map[string]string{
		"": "en", "en-GB": "en", "zh": "zh", "zh-Hans-CN": "zh", "fr, zh;q=0.5": "zh", "fr": "en", "not a language!": "en",
	} {
		if got := c.Printer(wanted).Language(); got != want {
			t.Errorf("Printer(%q) is %s, want %s", wanted, got, want)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	c, err := load("en.toml", sample)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Printer("en")
	got, ok := p.Arguments("page.missed")
	if diff := cmp.Diff([]string{"Count", "Zone"}, got); diff != "" || !ok {
		t.Error(ok, diff)
	}
	if _, ok := p.Arguments("page.unknown"); ok {
		t.Error("an unknown key has arguments")
	}
	if n := len(p.Keys()); n != 8 {
		t.Errorf("%d keys", n)
	}
}

func TestLoadRefusesFaultyFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"no English":       {[]string{"zh.toml", chinese}, "no en.toml"},
		"no TOML":          {[]string{"en.toml", "[page"}, "en.toml"},
		"no language":      {[]string{"en.toml", sample, "x-!.toml", chinese}, "not a language"},
		"language unknown": {[]string{"en.toml", sample, "qqq.toml", chinese}, "qqq"},
		"condition":        {[]string{"en.toml", "[a]\nb = '{{if .X}}y{{end}}'"}, "only {{.Name}}"},
		"function":         {[]string{"en.toml", "[a]\nb = '{{len .X}}'"}, "only {{.Name}}"},
		"small letter":     {[]string{"en.toml", "[a]\nb = '{{.x}}'"}, "only {{.Name}}"},
		"field of a field": {[]string{"en.toml", "[a]\nb = '{{.X.Y}}'"}, "only {{.Name}}"},
		"open braces":      {[]string{"en.toml", "[a]\nb = 'x {{.X'"}, "only {{.Name}}"},
		"closing braces":   {[]string{"en.toml", "[a]\nb = 'x }} y'"}, "without {{"},
		"faulty markup":    {[]string{"en.toml", "[a]\nb_html = '<a href={{.X}}'"}, "a.b_html"},
		"reserved word":    {[]string{"en.toml", "[a]\nb = 'x'\nother = 'y'"}, "other"},
		"no other":         {[]string{"en.toml", "[a.b]\none = 'x'"}, `"other" is missing`},
		"plural form missing": {[]string{"en.toml", "[a.b]\none = '1'\nother = '2'", "pl.toml", "[a.b]\none = '1'\nother = '2'"},
			"no plural form"},
		"key missing": {[]string{"en.toml", sample, "zh.toml", strings.Replace(chinese, "title", "heading", 1)},
			"page.title is missing"},
		"key too many": {[]string{"en.toml", sample, "zh.toml", strings.Replace(chinese, "title", "heading", 1)},
			"page.heading is not in en.toml"},
		"argument too many":    {[]string{"en.toml", sample, "zh.toml", strings.Replace(chinese, "{{.Names}}", "{{.Name}}", 1)}, "argument Name"},
		"key twice, same form": {[]string{"en.toml", "[a]\nb = 'x'\nb = 'y'"}, "en.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(c.files...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	c, err := load("en.toml", sample)
	if err != nil {
		b.Fatal(err)
	}
	p := c.Printer("en")
	for name, call := range map[string]func(){
		"plain":     func() { p.Text("page.title") },
		"arguments": func() { p.Text("page.names", "Names", "a", "Total", 7) },
		"count":     func() { p.Count("page.missed", 7, "Zone", "UTC") },
		"html":      func() { p.HTML("page.link_html", "Link", "/x", "Title", "y") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call()
			}
		})
	}
}
