package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/postmortems"
)

// foundHit is what a terminal shows of a hit of the API.
type foundHit struct {
	ID, Kind, Title, URL, Path, Date, Severity string
	Services                                   []string
	RecoverSeconds                             *int64 `json:"recover_seconds"`
	OpenActions                                int    `json:"open_actions"`
	Fragments                                  []struct{ Heading, HTML string }
}

func newSearch(term terminal, g *globals) *cobra.Command {
	var output string
	var limit int
	var failEmpty bool
	cmd := &cobra.Command{
		Use: "search QUERY", Short: "Search what is published", Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{"q": {strings.Join(args, " ")}, "limit": {fmt.Sprint(limit)}}
			var raw json.RawMessage
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if err := c.call(cmd.Context(), http.MethodGet, "/api/v1/search?"+q.Encode(), nil, &raw); err != nil {
					return err
				}
				if output == outputJSON {
					return printJSON(term, raw)
				}
				return printHits(term, c.base, raw, failEmpty)
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().IntVar(&limit, "limit", 10, "how many results at most")
	cmd.Flags().BoolVar(&failEmpty, "fail-empty", false, "exit with 1 when nothing is found")
	return cmd
}

func printHits(term terminal, base string, raw []byte, failEmpty bool) error {
	var out struct {
		Total int
		Hits  []foundHit
		Notes []string
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return err
	}
	for _, n := range out.Notes {
		fmt.Fprintln(term.err, postmortems.Printable(n))
	}
	bold, plain := marks(term)
	for _, h := range out.Hits {
		fmt.Fprintf(term.out, "%s%s%s\n  %s\n", bold, postmortems.Printable(h.Title), plain, absolute(base, h.URL))
		facts := []string{h.Kind, h.Date}
		for _, f := range append([]string{h.Severity}, h.Services...) {
			if f != "" {
				facts = append(facts, f)
			}
		}
		fmt.Fprintf(term.out, "  %s\n", postmortems.Printable(strings.Join(facts, " · ")))
		for _, f := range h.Fragments {
			text := strings.NewReplacer("<mark>", "\x00", "</mark>", "\x01").Replace(f.HTML)
			text = postmortems.Printable(strings.NewReplacer("\x00", "\uE000", "\x01", "\uE001").Replace(html.UnescapeString(text)))
			text = strings.NewReplacer("\uE000", bold, "\uE001", plain).Replace(text)
			fmt.Fprintf(term.out, "    %s\n", strings.TrimSpace(text))
			break
		}
	}
	fmt.Fprintf(term.err, "%d results\n", out.Total)
	if out.Total == 0 && failEmpty {
		return saidError{errors.New("nothing found")}
	}
	return nil
}

// marks are the terminal's way to emphasise, none when the output is no
// terminal or NO_COLOR is set.
func marks(term terminal) (on, off string) {
	if v, _ := term.env("NO_COLOR"); v != "" || !isTerminal(term.out) {
		return "", ""
	}
	return "\x1b[1m", "\x1b[0m"
}

func newShow(term terminal, g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "show REF", Short: "Print a document by its id or address", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/p/" + url.PathEscape(args[0])
			if strings.Contains(args[0], "/") {
				path = "/" + strings.Trim(strings.TrimSuffix(args[0], ".md"), "/")
			}
			suffix := ".md"
			if output == outputJSON {
				suffix = ".json"
			}
			return withClient(cmd.Context(), term, g, func(c *client) error {
				res, err := c.do(cmd.Context(), http.MethodGet, path+suffix, nil)
				if err != nil {
					return err
				}
				defer func() { _ = res.Body.Close() }()
				b, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
				if err != nil {
					return err
				}
				_, err = term.out.Write(b)
				return err
			})
		},
	}
	addOutput(cmd, &output)
	return cmd
}

// absolute joins the portal's origin and a path that already has its prefix. A
// portal on this machine is spoken to without an address: the path must do.
func absolute(base, path string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == localHost {
		return path
	}
	return u.Scheme + "://" + u.Host + path
}
