package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
)

// foundHit is what a terminal shows of a hit of the API.
type foundHit struct {
	ID, Kind, Title, URL, Path, Date, Severity string
	Services                                   []string
	RecoverSeconds                             *int64 `json:"recover_seconds"`
	OpenActions                                int    `json:"open_actions"`
	Fragments                                  []foundFragment
}

// foundFragment is a quote of a hit.
type foundFragment struct{ Field, Heading, HTML string }

// searchFlags are the flags of the search command.
type searchFlags struct {
	output        string
	limit, offset int
	newest        bool
	failEmpty     bool
}

func newSearch(term terminal, g *globals) *cobra.Command {
	var f searchFlags
	cmd := &cobra.Command{
		Use: "search QUERY", Short: "Search what is published", Args: atLeast(1),
		Long: "Search what is published. Words are looked for together; \"quotes\" keep a phrase, -word excludes, OR is either.\n" +
			"Qualifiers narrow: kind:runbook service:checkout severity:SEV1 after:2026-01 recover:>1h open-actions:yes and others.\n" +
			"Put -- before a query that begins with a dash.",
		Example: "  postern search connection pool exhausted\n  postern search --newest kind:postmortem service:checkout\n  postern search --output json 'recover:>1h' | jq -r '.hits[].title'",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				var raw json.RawMessage
				if err := c.call(cmd.Context(), http.MethodGet, "/api/v1/search?"+f.query(args), nil, &raw); err != nil {
					return err
				}
				if f.output == outputJSON {
					return printJSON(term, raw)
				}
				return printHits(term, c.base, raw, f)
			})
		},
	}
	addOutput(cmd, &f.output)
	cmd.Flags().IntVar(&f.limit, "limit", 10, "how many results at most")
	cmd.Flags().IntVar(&f.offset, "offset", 0, "how many results to leave out at the beginning")
	cmd.Flags().BoolVar(&f.newest, "newest", false, "the newest first, instead of the best")
	cmd.Flags().BoolVar(&f.failEmpty, "fail-empty", false, "exit with 1 when nothing is found")
	return cmd
}

func (f searchFlags) query(words []string) string {
	q := url.Values{"q": {strings.Join(words, " ")}, "limit": {fmt.Sprint(f.limit)}, "offset": {fmt.Sprint(f.offset)}}
	if f.newest {
		q.Set("sort", "newest")
	}
	return q.Encode()
}

// printHits writes the results to stdout, and what is said about them to stderr.
func printHits(term terminal, base string, raw []byte, f searchFlags) error {
	var out struct {
		Total       int
		Hits        []foundHit
		Notes       []string
		Suggestions []string
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return fault.Wrap(fault.Internal, "search", "the portal's answer is not the JSON expected", err)
	}
	for _, n := range out.Notes {
		fmt.Fprintln(term.err, postmortems.Printable(n))
	}
	style := styleOf(term)
	for i, h := range out.Hits {
		if i > 0 {
			fmt.Fprintln(term.out)
		}
		fmt.Fprint(term.out, h.lines(base, style))
	}
	for _, s := range out.Suggestions {
		fmt.Fprintf(term.err, "did you mean: %s\n", postmortems.Printable(s))
	}
	switch shown := f.offset + len(out.Hits); {
	case out.Total == 0 && f.failEmpty:
		fmt.Fprintln(term.err, "nothing found")
		return saidError{errors.New("nothing found")}
	case out.Total == 0:
		fmt.Fprintln(term.err, "nothing found; use fewer words, or take off a qualifier")
	case shown < out.Total:
		fmt.Fprintf(term.err, "%d to %d of %d results; --offset %d shows the next\n", f.offset+1, shown, out.Total, shown)
	default:
		fmt.Fprintf(term.err, "%s\n", results(out.Total))
	}
	return nil
}

func results(n int) string {
	if n == 1 {
		return "1 result"
	}
	return fmt.Sprintf("%d results", n)
}

// lines are a hit as a terminal shows it: title, address, facts, quotes.
func (h foundHit) lines(base string, s style) string {
	var b strings.Builder
	title := postmortems.Printable(h.Title)
	for _, f := range h.Fragments {
		if f.Field == "title" {
			title = s.marked(f.HTML, s.strong)
		}
	}
	fmt.Fprintf(&b, "%s%s%s\n  %s\n", s.strong, title, s.off, absolute(base, h.URL))
	fmt.Fprintf(&b, "  %s%s%s\n", s.faint, h.facts(h.Kind), s.off)
	for _, f := range h.Fragments {
		if f.Field == "title" {
			continue
		}
		heading := ""
		if f.Heading != "" {
			heading = s.faint + postmortems.Printable(f.Heading) + " › " + s.off
		}
		fmt.Fprintf(&b, "    %s%s\n", heading, s.marked(f.HTML, ""))
	}
	return b.String()
}

// facts are what is known of a hit, on one line that begins with its kind.
func (h foundHit) facts(kind string) string {
	facts := append([]string{kind, h.Date, h.Severity}, h.Services...)
	if h.RecoverSeconds != nil {
		d := humanize.Duration(float64(*h.RecoverSeconds))
		facts = append(facts, "recovered in "+postmortems.FormatDuration(&d))
	}
	switch {
	case h.OpenActions == 1:
		facts = append(facts, "1 open action")
	case h.OpenActions > 1:
		facts = append(facts, fmt.Sprintf("%d open actions", h.OpenActions))
	}
	return factLine(facts)
}

// factLine joins the facts that are known, for a terminal.
func factLine(facts []string) string {
	known := slices.DeleteFunc(facts, func(f string) bool { return f == "" })
	return postmortems.Printable(strings.Join(known, " · "))
}

// style are the terminal's ways to emphasise; all are empty when the output is
// no terminal or NO_COLOR is set.
type style struct{ strong, faint, mark, off string }

func styleOf(term terminal) style {
	if v, _ := term.env("NO_COLOR"); v != "" || !isTerminal(term.out) {
		return style{}
	}
	return style{strong: "\x1b[1m", faint: "\x1b[2m", mark: "\x1b[1;33m", off: "\x1b[0m"}
}

// marks are strong and off, for text with one emphasis.
func marks(term terminal) (on, off string) {
	s := styleOf(term)
	return s.strong, s.off
}

// marked writes a quote of the API, whose only markup is <mark>, with nothing in
// it that a terminal would obey; around is the style of the text around.
func (s style) marked(quote, around string) string {
	var b strings.Builder
	for rest := quote; rest != ""; {
		before, after, found := strings.Cut(rest, "<mark>")
		b.WriteString(plainText(before))
		if !found {
			break
		}
		word, after, _ := strings.Cut(after, "</mark>")
		b.WriteString(s.mark + plainText(word) + s.off)
		if s.off != "" {
			b.WriteString(around)
		}
		rest = after
	}
	return strings.TrimSpace(b.String())
}

func plainText(escaped string) string { return postmortems.Printable(html.UnescapeString(escaped)) }

// absolute joins the portal's origin and a path that already has its prefix. A
// portal on this machine is spoken to without an address: the path must do.
func absolute(base, path string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == localHost {
		return path
	}
	return u.Scheme + "://" + u.Host + path
}
