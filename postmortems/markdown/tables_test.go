package markdown

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// No text of a table row is lost, neither on the page nor for search.
func TestTableRowsKeepEveryCell(t *testing.T) {
	for name, c := range map[string]struct {
		row   string
		cells []string
		warns bool
	}{
		"as many": {"| restart | safe |", []string{"restart", "safe"}, false},
		"fewer":   {"| restart |", []string{"restart", ""}, false},
		"pipe in code": {"| `ps aux | grep belt` | shows the belt daemon |",
			[]string{"ps aux | grep belt", "shows the belt daemon"}, true},
		"two pipes in code": {"| ``a | b ` | c`` | d |", []string{"a | b ` | c", "d"}, true},
		"escaped and not":   {"| `a \\| b | c` | d |", []string{"a | b | c", "d"}, true},
		"escaped in code":   {"| `a \\| b` | d |", []string{"a | b", "d"}, false},
		"surplus": {"| restart | safe | but only at night, marabou |",
			[]string{"restart", "safe", "but only at night, marabou"}, true},
		"surplus without ends": {"restart | safe | marabou", []string{"restart", "safe", "marabou"}, true},
		"surplus and code":     {"| `a | b` | c | d |", []string{"a | b", "c", "d"}, true},
		"nothing closes it":    {"| `a | b | c |", []string{"`a", "b", "c"}, true},
		"blank surplus":        {"| restart | safe | | |", []string{"restart", "safe"}, false},
		"a link":               {"| a | b | [c](https://example.com/) |", []string{"a", "b", "c"}, true},
	} {
		for _, indent := range []string{"", "> ", "  "} {
			src := "- item\n\n"
			if indent != "  " {
				src = ""
			}
			src += strings.Join([]string{indent + "| Command | Note |", indent + "|---|:-:|", indent + c.row}, "\n") + "\n"
			body, problems, err := New(Options{}).RenderBody(context.Background(),
				postmortems.BodyInput{Path: "a.md", Markdown: []byte(src), FirstLine: 1})
			if err != nil {
				t.Fatal(err)
			}
			row := body.Rows[len(body.Rows)-1]
			if !slices.Equal(row.Cells, c.cells) {
				t.Errorf("%s %q: cells %q, want %q", name, indent, row.Cells, c.cells)
			}
			warns := slices.ContainsFunc(problems, func(p postmortems.Problem) bool { return p.Rule == ruleTableRow && p.Line == row.Line })
			if warns != c.warns {
				t.Errorf("%s %q: warns %v, want %v: %v", name, indent, warns, c.warns, problems)
			}
			if n := strings.Count(string(body.HTML), "<td"); n != len(c.cells) {
				t.Errorf("%s %q: the page has %d cells: %s", name, indent, n, body.HTML)
			}
			text := body.Sections[len(body.Sections)-1].Text
			for _, cell := range c.cells {
				if !strings.Contains(text, cell) {
					t.Errorf("%s %q: %q is missing from the text %q", name, indent, cell, text)
				}
			}
		}
	}
}

// A row of many cells costs no more than the widest table.
func TestSurplusCellsAreBounded(t *testing.T) {
	row := "|" + strings.Repeat("x|", 5000)
	body, problems, err := New(Options{}).RenderBody(context.Background(),
		postmortems.BodyInput{Path: "a.md", Markdown: []byte("| a | b |\n|--|--|\n" + row + "\n"), FirstLine: 1})
	if err != nil || len(body.Rows) != 1 || len(body.Rows[0].Cells) != maxColumns ||
		strings.Count(fmt.Sprint(body.Rows[0].Cells), "x") != 5000 {
		t.Errorf("%d rows, %v %v", len(body.Rows), problems, err)
	}
	many := strings.Repeat("|"+strings.Repeat("x|", 100)+"\n", 400)
	_, problems, err = New(Options{}).RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
		Markdown: []byte("| a | b |\n|--|--|\n" + many), FirstLine: 1})
	if err != nil || !slices.ContainsFunc(problems, func(p postmortems.Problem) bool { return p.Rule == ruleTableLarge }) {
		t.Errorf("%v %v", problems, err)
	}
}
