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

// foundHit holds the fields of a search hit that the terminal shows. RecoverSeconds is
// nil for a document that is not about an incident, or whose times are not known. URL
// is a path with the portal's prefix.
type foundHit struct {
	ID, Kind, Title, URL, Path, Date, Severity string
	Services                                   []string
	RecoverSeconds                             *int64 `json:"recover_seconds"`
	OpenActions                                int    `json:"open_actions"`
	Fragments                                  []foundFragment
}

// foundFragment is a snippet of a hit. HTML has no markup but <mark>. Field is the
// field it is quoted from ("title" replaces the hit's own), Heading the section it is
// in.
type foundFragment struct{ Field, Heading, HTML string }

// searchFlags are the flags of the search command.
type searchFlags struct {
	output        string
	limit, offset int
	newest        bool
	failEmpty     bool
}

// newSearch returns "postern search". Words are joined by blanks, so that a query needs
// quotes only where the shell would change it. Finding nothing is no error unless
// --fail-empty is given.
func newSearch(term terminal, g *globals) *cobra.Command {
	var f searchFlags
	cmd := &cobra.Command{
		Use: "search QUERY", Short: "Search published documents", Args: atLeast(1),
		Long: "Search published documents. All words must match; \"quotes\" match a phrase, -word excludes, OR matches either.\n" +
			"Qualifiers narrow: kind:runbook service:checkout severity:SEV1 after:2026-01 recover:>1h open-actions:yes and others.\n" +
			"Put -- before a query that begins with a dash.",
		Example: "  postern search connection pool exhausted\n  postern search --newest kind:postmortem service:checkout\n  postern " +
			"search --output json 'recover:>1h' | jq -r '.hits[].title'",
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
	cmd.Flags().IntVar(&f.offset, "offset", 0, "how many results to skip")
	cmd.Flags().BoolVar(&f.newest, "newest", false, "newest first instead of best first")
	cmd.Flags().BoolVar(&f.failEmpty, "fail-empty", false, "exit with 1 when nothing is found")
	return cmd
}

// query returns the URL query of a search for the words.
func (f searchFlags) query(words []string) string {
	q := url.Values{"q": {strings.Join(words, " ")}, "limit": {fmt.Sprint(f.limit)}, "offset": {fmt.Sprint(f.offset)}}
	if f.newest {
		q.Set("sort", "newest")
	}
	return q.Encode()
}

// printHits writes the results to stdout, and notes, suggestions and counts to stderr.
// base is the portal's address. An answer that is not JSON is fault.Internal.
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
	// Scripts distinguish "nothing found" from an error by --fail-empty and the output
	// on stdout.
	switch shown := f.offset + len(out.Hits); {
	case out.Total == 0 && f.failEmpty:
		fmt.Fprintln(term.err, "nothing found")
		return saidError{errors.New("nothing found")}
	case out.Total == 0:
		fmt.Fprintln(term.err, "nothing found; use fewer words, or remove a qualifier")
	case shown < out.Total:
		fmt.Fprintf(term.err, "%d to %d of %d results; --offset %d shows the next\n", f.offset+1, shown, out.Total, shown)
	default:
		fmt.Fprintf(term.err, "%s\n", results(out.Total))
	}
	return nil
}

// results returns a count with its noun.
func results(n int) string {
	if n == 1 {
		return "1 result"
	}
	return fmt.Sprintf("%d results", n)
}

// lines returns a hit as the terminal shows it: title, address, facts and snippets.
// Every text from a document passes Printable: a title with an escape sequence could
// otherwise change the terminal of a reader.
func (h foundHit) lines(base string, s style) string {
	var b strings.Builder
	title := postmortems.Printable(h.Title)
	// A title that matched is quoted with its marks.
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

// facts returns the known facts of a hit on one line that begins with its kind. Unknown
// facts are left out.
func (h foundHit) facts(kind string) string {
	facts := append([]string{kind, h.Date, h.Severity}, h.Services...)
	if h.RecoverSeconds != nil {
		facts = append(facts, "recovered in "+humanize.Seconds(float64(*h.RecoverSeconds)))
	}
	switch {
	case h.OpenActions == 1:
		facts = append(facts, "1 open action item")
	case h.OpenActions > 1:
		facts = append(facts, fmt.Sprintf("%d open action items", h.OpenActions))
	}
	return factLine(facts)
}

// factLine joins the facts that are not empty, with control characters escaped. facts
// is modified.
func factLine(facts []string) string {
	known := slices.DeleteFunc(facts, func(f string) bool { return f == "" })
	return postmortems.Printable(strings.Join(known, " · "))
}

// style holds the escape sequences for emphasis. All are empty when the output is not
// a terminal or NO_COLOR is set.
type style struct{ strong, faint, mark, off string }

// styleOf returns the style for the output of term. NO_COLOR is the convention of
// no-color.org: any value but "" turns color off.
func styleOf(term terminal) style {
	if v, _ := term.env("NO_COLOR"); v != "" || !isTerminal(term.out) {
		return style{}
	}
	return style{strong: "\x1b[1m", faint: "\x1b[2m", mark: "\x1b[1;33m", off: "\x1b[0m"}
}

// marks returns the sequences that turn bold on and off.
func marks(term terminal) (on, off string) {
	s := styleOf(term)
	return s.strong, s.off
}

// marked returns a snippet of the API with its <mark> elements highlighted and every
// control character escaped; around is the style to return to after a mark. An unclosed
// mark extends to the end of the snippet. Without a style it returns plain text.
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

// plainText returns escaped HTML as text that is safe on a terminal. It unescapes
// first: an escape may stand for a control character.
func plainText(escaped string) string { return postmortems.Printable(html.UnescapeString(escaped)) }

// absolute joins the portal's origin and a path that already has the portal's prefix.
// For a portal on this machine, whose address is not known, it returns the path.
func absolute(base, path string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == localHost {
		return path
	}
	return u.Scheme + "://" + u.Host + path
}
