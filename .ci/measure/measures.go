package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"text/tabwriter"
)

// The bounds that -check holds. Lines and columns of a function or file count from
// its first to its last; a tab is one column.
const (
	mostFileLines     = 500
	mostFunctionLines = 60
	mostCyclomatic    = 15
	mostParameters    = 6 // one more than ours, for methods that interfaces of others demand
	mostColumns       = 140
	leastComments     = 0.20 // comment lines per code line of everything
	mostComments      = 0.35
	leastOfPackage    = 0.10 // of one package
	mostOfPackage     = 0.50
	leastJudged       = 40 // code lines of a package from which its comment ratio counts
)

// measures are the counts of one folder, or the sums of many.
type measures struct {
	files, testFiles     int
	code, comments       int // lines of production code, and lines that hold a comment only
	testCode             int
	fileLines            []int // of each production file
	functionLines        []int
	cyclomatic           []int
	parameters           []int
	exported, documented int
	packages, explained  int // folders with production code, and those with a package comment
	packageComment       bool
	tests, fuzz, bench   int
	inits, panics        int
	longLines            int
	phrases              map[string]int
	faults               []string // "file:line: what is over its bound"
}

// phrases are counted in the comments of production code.
func phrases() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, p := range []string{"tells whether", "reports whether", "returns?", "anew", "whoever", "nobody", "told", "tells?"} {
		out = append(out, regexp.MustCompile(`(?i)\b`+p+`\b`))
	}
	return out
}

func (m *measures) add(o measures) {
	m.files += o.files
	m.testFiles += o.testFiles
	m.code += o.code
	m.comments += o.comments
	m.testCode += o.testCode
	m.fileLines = append(m.fileLines, o.fileLines...)
	m.functionLines = append(m.functionLines, o.functionLines...)
	m.cyclomatic = append(m.cyclomatic, o.cyclomatic...)
	m.parameters = append(m.parameters, o.parameters...)
	m.exported += o.exported
	m.documented += o.documented
	if o.files > 0 {
		m.packages++
		if o.packageComment {
			m.explained++
		}
	}
	m.tests += o.tests
	m.fuzz += o.fuzz
	m.bench += o.bench
	m.inits += o.inits
	m.panics += o.panics
	m.longLines += o.longLines
	if m.phrases == nil {
		m.phrases = map[string]int{}
	}
	for k, n := range o.phrases {
		m.phrases[k] += n
	}
}

func (m *measures) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	row("files / code lines", "%d / %d", m.files, m.code)
	row("lines per file: median / p95 / max", "%s", spread(m.fileLines))
	row("lines per function: median / p95 / max", "%s", spread(m.functionLines))
	over := 0
	for _, n := range m.functionLines {
		if n > 50 {
			over++
		}
	}
	row("functions over 50 lines", "%.1f %%", 100*ratio(over, len(m.functionLines)))
	row("cyclomatic: p95 / max", "%d / %d", quantile(m.cyclomatic, 0.95), maxOf(m.cyclomatic))
	row("parameters: p95 / max", "%d / %d", quantile(m.parameters, 0.95), maxOf(m.parameters))
	row("comment lines per code line", "%.2f", ratio(m.comments, m.code))
	row("packages with package comment", "%d/%d", m.explained, m.packages)
	row("exported names documented", "%d of %d (%.1f %%)", m.documented, m.exported, 100*ratio(m.documented, m.exported))
	row("test code per code line", "%.2f", ratio(m.testCode, m.code))
	row("Test / Fuzz / Benchmark functions", "%d / %d / %d", m.tests, m.fuzz, m.bench)
	row("init / panic", "%d / %d", m.inits, m.panics)
	row("lines over 140 columns", "%d", m.longLines)
	for _, p := range phrases() {
		name := p.String()
		row("comments with "+name[6:len(name)-2], "%d", m.phrases[name])
	}
	w.Flush() //nolint:errcheck // what is printed goes to the terminal
}

func spread(list []int) string {
	return fmt.Sprintf("%d / %d / %d", quantile(list, 0.5), quantile(list, 0.95), maxOf(list))
}

// quantile returns the value of a list below which the share q of it lies.
func quantile(list []int, q float64) int {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
