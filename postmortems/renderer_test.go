package postmortems

import (
	"context"
	"regexp"
	"strings"
	"time"
)

// lineRenderer is a BodyRenderer for tests without the real renderer. It knows headings, list
// items, tables and text.
type lineRenderer struct{}

var bullet = regexp.MustCompile(`^\s*[-*] (?:\[([ xX])\] )?(.*)$`)

func (lineRenderer) RenderBody(_ context.Context, in BodyInput) (Body, []Problem, error) {
	b := Body{Sections: []Section{{Line: in.FirstLine}}}
	var header []string
	for i, line := range strings.Split(string(in.Markdown), "\n") {
		at, n := in.FirstLine+i, len(b.Sections)-1
		hashes := len(line) - len(strings.TrimLeft(line, "#"))
		switch m := bullet.FindStringSubmatch(line); {
		case hashes > 0 && strings.HasPrefix(line[hashes:], " "):
			text := strings.TrimSpace(line[hashes:])
			if hashes == 1 && b.H1 == "" {
				b.H1 = text
			}
			b.Sections = append(b.Sections, Section{Heading: text, Level: hashes, Line: at})
			header = nil
		case m != nil:
			row := Row{Section: n, Cells: []string{strings.ReplaceAll(m[2], "**", "")}, Line: at}
			if m[1] != "" {
				done := m[1] != " "
				row.Checked = &done
			}
			b.Rows = append(b.Rows, row)
		case strings.HasPrefix(line, "|"):
			cells := tableCells(line)
			if header == nil {
				header = cells
			} else if !strings.HasPrefix(cells[0], "--") {
				b.Rows = append(b.Rows, Row{Section: n, Cells: cells, Header: header, Line: at})
			}
		default:
			header = nil
			if text := strings.Trim(line, "* "); text != "" {
				b.Rows = append(b.Rows, Row{Section: n, Cells: []string{text}, Paragraph: true, Line: at})
			}
			b.Sections[n].Text = strings.TrimSpace(b.Sections[n].Text + "\n" + line)
		}
	}
	return b, nil, nil
}

func tableCells(line string) []string {
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// testNow is the time of the check in these tests.
func testNow() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

func testPolicy() Policy { return Policy{Now: testNow()} }

// compileText compiles a post-mortem.
func compileText(src string) (Document, []Problem, error) {
	return Compile(context.Background(), "postmortems/example.md", []byte(src), testPolicy(), lineRenderer{})
}
