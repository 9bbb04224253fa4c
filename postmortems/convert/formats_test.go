package convert

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
)

// iccoSource returns a file with these lines of front matter.
func iccoSource(lines ...string) []byte {
	return []byte("---\nurl: https://x.org/a\ncompany: Acme\nproduct: Acme Cloud\n" + strings.Join(lines, "\n") + "\n---\n\nBody.\n")
}

func TestIccoTimes(t *testing.T) {
	for name, c := range map[string]struct {
		lines     []string
		started   string
		precision postmortems.Precision
		resolved  string
		finding   string
	}{
		"exact": {[]string{"start_time: 2012-12-22T12:15:00-08:00", "end_time: 2012-12-23T04:23:00Z"}, "2012-12-22T20:15:00Z",
			postmortems.Exact, "2012-12-23T04:23:00Z", ""},
		"day":          {[]string{"start_time: 2012-12-22"}, "2012-12-22T00:00:00Z", postmortems.Day, "", ""},
		"midnight":     {[]string{"start_time: 2012-12-22T00:00:00Z"}, "2012-12-22T00:00:00Z", postmortems.Day, "", "read as the day"},
		"no zone":      {[]string{"start_time: 2012-12-22T12:15:00"}, "2012-12-22T12:15:00Z", postmortems.Exact, "", ""},
		"empty":        {[]string{`start_time: ""`, `end_time: ""`}, "", 0, "", "empty"},
		"inconsistent": {[]string{"start_time: 2012-12-22T12:15:00Z", "end_time: 2012-12-21T12:15:00Z"}, "", 0, "", "is before"},
		"nonsense":     {[]string{"start_time: soon"}, "", 0, "", "not a time"},
	} {
		t.Run(name, func(t *testing.T) {
			files, findings := fromIcco("a.md", iccoSource(c.lines...))
			times := compile(t, only(t, files)).Front.Times
			if got := stamp(times.Started); got != c.started || times.Started.Precision != c.precision && c.started != "" {
				t.Errorf("started %q, precision %v", got, times.Started.Precision)
			}
			if got := stamp(times.Resolved); got != c.resolved {
				t.Errorf("resolved %q", got)
			}
			if c.finding != "" && !found(findings, c.finding) {
				t.Errorf("findings %v lack %q", findings, c.finding)
			}
		})
	}
}

// stamp returns an instant in RFC 3339, "" if it is unknown.
func stamp(i postmortems.Instant) string {
	if !i.Known() {
		return ""
	}
	return i.At.Format(time.RFC3339)
}

func TestMadeTitles(t *testing.T) {
	for _, c := range [][4]string{
		{"Acme", "Acme Cloud", "", "Acme Cloud incident"},
		{"Acme", "DNS", "", "Acme DNS incident"},
		{"", "", "https://status.x.org/1", "status.x.org incident"},
		{"", "", "::", "Unnamed incident"},
	} {
		if got := madeTitle(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v: %q", c, got)
		}
	}
}

func TestMorguePreservesEveryValue(t *testing.T) {
	src := "id,title,starttime,detecttime,endtime,severity,why_surprised,mystery,severity\n" +
		"7,Search down,1400000000,1300000000,1400000600,huge,\"We\nthought\",left here,2\n" +
		"8,,0,NULL,x,\n"
	files, findings := fromMorgue("pm.csv", []byte(src))
	if len(files) != 2 {
		t.Fatalf("%d files", len(files))
	}
	doc := compile(t, files[0])
	if got := stamp(doc.Front.Times.Started); got != "2014-05-13T16:53:20Z" {
		t.Errorf("started %s", got)
	}
	if *doc.Durations.Recover != 10*time.Minute || doc.Front.Times.Detected.Known() || doc.Front.Incident.Ref != "morgue-7" {
		t.Errorf("%+v", doc.Front)
	}
	for _, text := range []string{"1300000000", "huge", "We\nthought", "left here"} {
		if !strings.Contains(string(files[0].Data), text) {
			t.Errorf("%q is lost:\n%s", text, files[0].Data)
		}
	}
	if !found(findings, "pm.csv:2: detecttime is before") || !found(findings, "is not a Unix time") || !found(findings, "no title") {
		t.Errorf("findings: %v", findings)
	}
}

func TestTOML(t *testing.T) {
	r := tomlReader{rest: "# c\ntitle = \"A \\\"b\\\" \\u00e9\" # end\nraw = 'c:\\x'\ntags = [\n \"x\", # one\n 'y',\n]\n" +
		"date = 2023-02-08 10:00:00Z\ndraft = true\n" +
		"long = \"\"\"\ntwo\nlines\"\"\"\n[extra]\nteam = \"T\"\nbad = {a = 1}\nafter = 1\n"}
	pairs, whole := r.pairs()
	if whole {
		t.Error("pairs did not report the inline table")
	}
	got := map[string]any{}
	for _, p := range pairs {
		got[p.Key] = p.Value
	}
	for key, want := range map[string]string{
		"title": `A "b" é`, "raw": `c:\x`, "date": "2023-02-08 10:00:00Z", "draft": "true", "long": "two\nlines", "extra.team": "T",
		"extra.after": "1",
	} {
		if got[key] != want {
			t.Errorf("%s = %q, want %q", key, got[key], want)
		}
	}
	if tags, _ := got["tags"].([]string); strings.Join(tags, ",") != "x,y" {
		t.Errorf("tags = %v", got["tags"])
	}
}

func TestShortcodes(t *testing.T) {
	for in, want := range map[string]string{
		"{{< hint danger >}}\nhot **x**\n\n- a\n{{< /hint >}}\nafter":  "> [!CAUTION]\n> hot **x**\n>\n> - a\n\nafter",
		"{{% hint info %}}one line{{% /hint %}} tail":                  "> [!NOTE]\n> one line\n\n tail",
		"{{< alert title=\"Mind\" type=warning >}}\nx\n{{< /alert >}}": "> [!WARNING] Mind\n> x\n",
		"{{< note >}} never closed\nnext":                              "{{< note >}} never closed\nnext",
		"See [N]({{< ref \"./Node.md\" >}})":                           "See [N](./Node.md)",
		"{{< copyable \"sql\" >}}\n\n```sql\n{{< hint >}}\n```":        "\n```sql\n{{< hint >}}\n```",
		"{{<tabs>}}": "{{< tabs>}}",
		"{{< figure src=\"a b.png\" alt=\"A\" >}}":    "![A](a%20b.png)",
		"{{ .Values.x }} and {{range .items}}":        "{{ .Values.x }} and {{range .items}}",
		"{{< highlight go >}}\nx\n{{< /highlight >}}": "```go\nx\n```",
		"hard break  \nnext":                          "hard break  \nnext",
	} {
		d := &draft{}
		if got := d.shortcodes(in, 1); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestPlainPreservesFrontMatter(t *testing.T) {
	files, findings := fromPlain("a.md", []byte("---\ntitle: T\n---\n[x](B%20c.md)\n"))
	if got := string(only(t, files).Data); got != "---\ntitle: T\n---\n[x](b-c.md)\n" || !found(findings, "already") {
		t.Errorf("%q %v", got, findings)
	}
	files, _ = fromPlain("a.md", []byte("+++\ntitle = \"T\"\n+++\ntext\n"))
	if got := string(only(t, files).Data); got != "---\ntitle: T\n---\n\ntext\n" {
		t.Errorf("%q", got)
	}
	files, _ = fromPlain("a.md", []byte("---\nopen: yes\n\ntext\n"))
	if got := string(only(t, files).Data); !strings.Contains(got, "open: yes") || !strings.Contains(got, "text") {
		t.Errorf("unclosed front matter lost text: %q", got)
	}
}
