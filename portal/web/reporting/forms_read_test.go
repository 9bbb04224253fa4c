package reporting_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"
)

// reading is what a reader of one form of a report finds in it.
type reading struct {
	text    string          // all of it, without blanks and the commas of thousands; see whole
	parts   strings.Builder // of text, while it is read
	cells   map[string]bool // whole texts: of an element, of a cell
	links   map[string]bool
	numbers map[string]bool // as numbers, not as text
}

func newReading() *reading {
	return &reading{cells: map[string]bool{}, links: map[string]bool{}, numbers: map[string]bool{}}
}

// squeezed is a text without what forms may set differently: blanks, where lines
// break, and the commas of thousands.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ',' {
			return -1
		}
		return r
	}, s)
}

func (x *reading) add(text string) {
	text = squeezed(text)
	x.parts.WriteString(text)
	x.cells[text] = true
}

// whole ends the reading.
func (x *reading) whole() *reading {
	x.text = x.parts.String()
	return x
}

func (x *reading) number(n float64) { x.numbers[strconv.FormatFloat(n, 'g', -1, 64)] = true }

// holds reports whether the form has the statement of a leaf. links is the prefix of the
// links in this form.
func (x *reading) holds(l leaf, links string) bool {
	switch {
	case strings.HasSuffix(l.kind, ".Link"):
		return x.links[links+l.said]
	case l.exact != "":
		return x.cells[squeezed(l.exact)] || x.numbers[l.said]
	case strings.HasSuffix(l.kind, ".Number"), strings.HasSuffix(l.kind, ".Coverage"), strings.HasSuffix(l.kind, ".Mark"):
		return x.numbers[l.said] || strings.HasSuffix(l.kind, ".Coverage") && strings.Contains(x.text, l.said)
	}
	return x.cells[l.found] || x.numbers[l.said] || strings.Contains(x.text, l.found)
}

func readHTML(t *testing.T, page []byte) *reading {
	t.Helper()
	x := newReading()
	z := html.NewTokenizer(bytes.NewReader(page))
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return x.whole()
		case html.TextToken:
			if hidden == 0 {
				x.add(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "style" || token.Data == "script" || token.Data == "head" {
				hidden++
			}
			for _, a := range token.Attr {
				if a.Key == "href" {
					x.links[a.Val] = true
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "style" || string(name) == "script" || string(name) == "head" {
				hidden--
			}
		}
	}
}

// readMarkdown reads it as the people do to whom somebody pastes it.
func readMarkdown(t *testing.T, md []byte) *reading {
	t.Helper()
	var page bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert(md, &page); err != nil {
		t.Fatal(err)
	}
	return readHTML(t, page.Bytes())
}

func readCSV(t *testing.T, b []byte) *reading {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	x := newReading()
	for _, row := range rows[1:] {
		for n, cell := range row {
			cell = strings.TrimPrefix(cell, "'")
			x.add(cell)
			if rows[0][n] == "link" {
				x.links[cell] = true
			}
			if v, err := strconv.ParseFloat(cell, 64); err == nil && rows[0][n] == "number" {
				x.number(v)
			}
		}
	}
	return x.whole()
}

func readFormJSON(t *testing.T, b []byte) *reading {
	t.Helper()
	var whole any
	if err := json.Unmarshal(b, &whole); err != nil {
		t.Fatal(err)
	}
	x := newReading()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case string:
			x.add(v)
			x.links[v] = true
		case float64:
			x.number(v)
		}
	}
	walk(whole)
	return x.whole()
}

func readText(_ *testing.T, b []byte) *reading {
	x := newReading()
	for line := range strings.Lines(string(b)) {
		x.add(line)
		x.links[strings.TrimSpace(line)] = true
	}
	return x.whole()
}

// readPDF reads the text of a PDF in the order it was written, cell by cell, and
// the addresses behind it.
func readPDF(t *testing.T, b []byte) *reading {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	x := newReading()
	x.text = squeezed(string(text))
	urls, err := exec.Command("pdfinfo", "-url", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(urls)) {
		if fields := strings.Fields(line); len(fields) == 3 {
			x.links[fields[2]] = true
		}
	}
	return x
}
