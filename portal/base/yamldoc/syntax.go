package yamldoc

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode parses one document. It returns the top node, nil when the document is empty,
// or the Issue that stopped it. A second document is an Issue: its contents would be
// ignored.
func decode(data []byte) (top *yaml.Node, issue Issue, ok bool) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	err := decodeNode(dec, &doc)
	if errors.Is(err, io.EOF) {
		return nil, Issue{}, true
	}
	if err == nil {
		err = decodeNode(dec, &next)
		if err == nil {
			return nil, Issue{Code: Feature, Line: max(next.Line, 1), Col: 1,
				Msg: `a second YAML document begins here: only one is read, remove the line "---"`}, false
		}
		if errors.Is(err, io.EOF) {
			return doc.Content[0], Issue{}, true
		}
	}
	return nil, syntaxIssue(data, err), false
}

// decodeAll returns the top nodes of all documents of a stream, without empty ones.
// More than most of them are an Issue.
func decodeAll(data []byte, most int) (tops []*yaml.Node, issue Issue, ok bool) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := decodeNode(dec, &doc)
		if errors.Is(err, io.EOF) {
			return tops, Issue{}, true
		}
		if err != nil {
			return nil, syntaxIssue(data, err), false
		}
		if len(doc.Content) == 0 || isNull(doc.Content[0]) {
			continue
		}
		if tops = append(tops, doc.Content[0]); len(tops) > most {
			return nil, Issue{Code: Limit, Line: max(doc.Line, 1), Col: 1,
				Msg: "more than " + strconv.Itoa(most) + " YAML documents in one file"}, false
		}
	}
}

// decodeNode turns a panic of the library into an error: input that the library cannot
// process is reported as the author's syntax error.
func decodeNode(dec *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errUndigested
		}
	}()
	return dec.Decode(into)
}

// errUndigested is the error of input with which the library panicked.
var errUndigested = errors.New("yaml: this cannot be read")

// syntaxIssue translates the library's error to plain words at the right place. The
// line is the one that broke the document, and the column follows from the kind of the
// error.
func syntaxIssue(data []byte, err error) Issue {
	told, line := splitError(err.Error())
	if near := culprit(data); near > 0 {
		line = near
	}
	lines := splitLines(data)
	line = min(max(line, 1), len(lines))
	found := explain(told).refine(lines[line-1])
	return Issue{Code: found.code, Line: line, Col: found.place(lines[line-1]), Msg: found.text}
}

// splitError splits "yaml: line 3: did not find …"; line is 0 when it is not stated.
func splitError(text string) (told string, line int) {
	m := regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`).FindStringSubmatch(strings.ReplaceAll(text, "\n", " "))
	if m == nil {
		return text, 0
	}
	line, _ = strconv.Atoi(m[1]) // "" is 0: no line
	return m[2], line
}

// maxRetries bounds how often culprit parses again: each attempt costs as much as the
// first. A mistake further back is reported at the library's line.
const maxRetries = 32

// culprit returns the line that broke the document: the one after the longest beginning
// that still parses. The library's own line is often the start of the block around the
// mistake, or the end of the file. It returns 0 when the line is not found.
func culprit(data []byte) int {
	ends := lineEnds(data)
	last := min(stoppedAt(data), len(ends))
	for k := last - 1; k > max(last-maxRetries, 0); k-- {
		if parses(data[:ends[k-1]]) {
			return k + 1
		}
	}
	if last <= maxRetries {
		return 1
	}
	return 0
}

// parses reports whether the library can parse a stream to its end.
func parses(data []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := decodeNode(dec, &n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// lineEnds returns the offset behind each line, in the way splitLines counts lines: \n,
// \r\n and a single \r end one.
func lineEnds(data []byte) []int {
	var ends []int
	for i, c := range data {
		if c == '\n' || c == '\r' && (i+1 == len(data) || data[i+1] != '\n') || i+1 == len(data) {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// stoppedAt returns the line up to which the library read before it failed: it is given
// single bytes, so that it reads no further than it parses.
func stoppedAt(data []byte) int {
	r := &singleBytes{data: data}
	dec := yaml.NewDecoder(r)
	var n yaml.Node
	for decodeNode(dec, &n) == nil {
		n = yaml.Node{}
	}
	return len(splitLines(data[:r.at]))
}

// singleBytes is a reader that returns one byte at a time. at is how many were read.
type singleBytes struct {
	data []byte
	at   int
}

// Read implements io.Reader.
func (r *singleBytes) Read(p []byte) (int, error) {
	if r.at >= len(r.data) {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 1)], r.data[r.at:])
	r.at += n
	return n, nil
}
