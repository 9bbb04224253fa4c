package markdown

import (
	"regexp"
	"slices"
	"strings"
)

// diagramLabel matches the visible text of a Mermaid diagram: nodes in brackets, edges
// between bars, messages and notes after a colon, and everything in quotes.
var diagramLabel = regexp.MustCompile(`"([^"\n]{1,200})"|\[+[(/\\]*([^\[\]"\n]{1,200}?)[)/\\]*\]+|\(+([^()"\n]{1,200})\)+` +
	`|\{+([^{}"\n]{1,200})\}+|\|([^|"\n]{1,200})\||:[ \t]+([^\n]{1,200})`)

// diagramWords returns the labels of a Mermaid diagram, each once, on one line. They
// are in the order of the source and separated by cellBreak. It is a heuristic: a
// diagram of another notation may have labels that are not found.
func diagramWords(source string) string {
	var words []string
	for line := range strings.Lines(source) {
		if strings.HasPrefix(strings.TrimSpace(line), "%%") {
			continue // a comment
		}
		for _, m := range diagramLabel.FindAllStringSubmatch(line, -1) {
			label := squeeze(strings.NewReplacer("<br/>", " ", "<br>", " ").Replace(strings.Join(m[1:], "")))
			if label != "" && !slices.Contains(words, label) {
				words = append(words, label)
			}
		}
	}
	return strings.Join(words, cellBreak)
}
