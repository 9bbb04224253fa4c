package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// pasteLimit is the most bytes sent of a file; the portal accepts no more. The
// beginning of a log is sent and not its end.
const pasteLimit = 64 << 10

// similarHit holds the fields of a hit of /api/v1/similar that the terminal shows. Fix
// is nil when no section states what fixed it. Waiting are the open action items of a
// post-mortem.
type similarHit struct {
	foundHit
	ForAlert bool `json:"for_alert"`
	Fix      *struct{ Heading, Text string }
	Waiting  []struct{ Text, Owner, Due string }
}

// newSimilar returns "postern similar". What differs in each alert, such as ids and
// times, is removed by the portal.
func newSimilar(term terminal, g *globals) *cobra.Command {
	var output string
	var limit int
	var failEmpty bool
	cmd := &cobra.Command{
		Use: "similar [FILE|-]", Short: "Find what fixed it last time, from an alert, a stack trace or a log",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{errors.New("similar takes one file, or - for standard input")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readPaste(term, args)
			if err != nil {
				return err
			}
			var raw json.RawMessage
			return withClient(cmd.Context(), term, g, func(c *client) error {
				in := map[string]any{"text": text, "limit": limit}
				if err := c.call(cmd.Context(), http.MethodPost, "/api/v1/similar", in, &raw); err != nil {
					return err
				}
				if output == outputJSON {
					return printJSON(term, raw)
				}
				return printSimilar(term, c.base, raw, failEmpty)
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().IntVar(&limit, "limit", 5, "how many results at most")
	cmd.Flags().BoolVar(&failEmpty, "fail-empty", false, "exit with 1 when nothing is found")
	return cmd
}

// readPaste returns the first pasteLimit bytes of the file or of standard input, as
// valid UTF-8. An empty text is a usageError. A character that the limit cuts in two
// becomes U+FFFD. A file that cannot be opened is a usageError, too.
func readPaste(term terminal, args []string) (string, error) {
	from := term.in
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return "", usageError{fmt.Errorf("similar: %w", err)}
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, pasteLimit))
	if err != nil {
		return "", fault.Wrap(fault.Internal, "similar", "the text cannot be read", err)
	}
	text := strings.ToValidUTF8(string(b), "\uFFFD")
	if strings.TrimSpace(text) == "" {
		return "", usageError{errors.New("similar: the text is empty; pipe an alert, an error or a log into it")}
	}
	return text, nil
}

// printSimilar writes hits to stdout and notes to stderr, with the form of text that
// the portal detected. With failEmpty no hit is an error.
func printSimilar(term terminal, base string, raw []byte, failEmpty bool) error {
	var out struct {
		ReadAs string `json:"read_as"`
		Hits   []similarHit
		Notes  []string
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return fault.Wrap(fault.Internal, "similar", "the portal's answer is not the JSON expected", err)
	}
	fmt.Fprintf(term.err, "detected: %s\n", postmortems.Printable(out.ReadAs))
	for _, n := range out.Notes {
		fmt.Fprintln(term.err, postmortems.Printable(n))
	}
	for _, h := range out.Hits {
		printSimilarHit(term, base, h)
	}
	if len(out.Hits) == 0 {
		fmt.Fprintln(term.err, "no similar documents found")
		if failEmpty {
			return saidError{errors.New("nothing found")}
		}
	}
	return nil
}

// printSimilarHit writes one hit: title, address, facts, fix and open action items. A
// document that names the alert of the text is marked as such.
func printSimilarHit(term terminal, base string, h similarHit) {
	bold, plain := marks(term)
	fmt.Fprintf(term.out, "%s%s%s\n  %s\n", bold, postmortems.Printable(h.Title), plain, absolute(base, h.URL))
	kind := h.Kind
	if h.ForAlert {
		kind += " for this alert"
	}
	fmt.Fprintf(term.out, "  %s\n", h.facts(kind))
	printFix(term, h)
	for _, a := range h.Waiting {
		fmt.Fprintf(term.out, "  %s\n", factLine([]string{"open: " + a.Text, a.Owner, a.Due}))
	}
}

// printFix writes the section that fixed it last time, indented. Blank lines stay; they
// have no trailing blanks.
func printFix(term terminal, h similarHit) {
	if h.Fix == nil {
		return
	}
	fmt.Fprintf(term.out, "  %s:\n", postmortems.Printable(h.Fix.Heading))
	for line := range strings.SplitSeq(strings.Trim(h.Fix.Text, "\n"), "\n") {
		fmt.Fprintln(term.out, strings.TrimRight("    "+postmortems.Printable(line), " "))
	}
}
