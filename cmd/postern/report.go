package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// reportRow holds the fields of a row of GET /api/v1/reports that the terminal shows.
// PublishedAt is RFC 3339. Fields that the API adds are ignored.
type reportRow struct {
	Name, Period, Verdict, URL, State string
	Revision                          int
	PublishedAt                       string `json:"published_at"`
}

// newReport returns "postern report" with its subcommands. A period is written as the
// API writes it: a day 2026-03-31, a week 2026-W14, a month 2026-03.
func newReport(term terminal, g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "List, show, compile and send stability reports", Args: exactly(0)}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(newReportList(term, g), newReportShow(term, g), newReportRun(term, g), newReportSend(term, g))
	return cmd
}

// newReportList returns "postern report list". Text has one report per line: name,
// period, revision, state and verdict.
func newReportList(term terminal, g *globals) *cobra.Command {
	var output, name string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List reports, latest period first", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{"limit": {fmt.Sprint(limit)}}
			if name != "" {
				q.Set("name", name)
			}
			var raw json.RawMessage
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if err := c.call(cmd.Context(), http.MethodGet, "/api/v1/reports?"+q.Encode(), nil, &raw); err != nil {
					return err
				}
				if output == outputJSON {
					return printJSON(term, raw)
				}
				var out struct {
					Reports []reportRow
					Next    *string
				}
				if err := json.Unmarshal(raw, &out); err != nil {
					return err
				}
				for _, r := range out.Reports {
					fmt.Fprintf(term.out, "%-10s %-12s r%-3d %-5s %s\n", r.Name, r.Period, r.Revision, r.State, postmortems.Printable(r.Verdict))
				}
				// Notes go to stderr, so that a pipe receives rows only.
				switch {
				case out.Next != nil:
					fmt.Fprintf(term.err, "the %d newest; --limit shows more\n", len(out.Reports))
				case len(out.Reports) == 0 && name != "":
					fmt.Fprintf(term.err, "no report named %s was compiled yet\n", postmortems.Printable(name))
				case len(out.Reports) == 0:
					fmt.Fprintln(term.err, "no report was compiled yet")
				}
				return nil
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().StringVar(&name, "name", "", "only the reports of this `name`")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many reports at most")
	return cmd
}

// newReportShow returns "postern report show". It prints Markdown, or with --output
// json the report as the API returns it.
func newReportShow(term terminal, g *globals) *cobra.Command {
	var output string
	var rev int
	cmd := &cobra.Command{
		Use: "show NAME [PERIOD]", Short: "Print a report; without PERIOD, the newest", Args: between(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return withClient(ctx, term, g, func(c *client) error {
				period, err := periodOf(ctx, c, args)
				if err != nil {
					return err
				}
				shown := shownReport{name: args[0], period: period, output: output}
				if rev != 0 {
					shown.query = fmt.Sprintf("rev=%d", rev)
				}
				return shown.print(ctx, term, c)
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().IntVar(&rev, "rev", 0, "the revision; 0 is the newest")
	return cmd
}

// newReportRun returns "postern report run". Whether a revision was made does not
// change the exit status: the same inputs give the same report, so a script may run it
// at any time.
func newReportRun(term terminal, g *globals) *cobra.Command {
	var output string
	var preview, force bool
	cmd := &cobra.Command{
		Use: "run NAME [PERIOD]", Short: "Compile a report now; without PERIOD, of the period that ended last", Args: between(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, period := cmd.Context(), ""
			if len(args) == 2 {
				period = args[1]
			}
			return withClient(ctx, term, g, func(c *client) error {
				// Made is true if a revision was stored; Closed if the period accepts
				// no late data, so that none was; Markdown is set for a preview.
				var done struct {
					Period   string
					Revision int
					Made     bool
					Closed   bool
					Markdown string
				}
				in := map[string]any{"name": args[0], "period": period, "preview": preview, "force": force}
				if err := c.call(ctx, http.MethodPost, "/api/v1/admin/reports/run", in, &done); err != nil {
					return err
				}
				switch {
				// The answer of run has no JSON of the report; the preview is compiled
				// again.
				case preview && output == outputJSON:
					return shownReport{name: args[0], period: done.Period, query: "preview=true", output: output}.print(ctx, term, c)
				case preview:
					_, err := io.WriteString(term.out, done.Markdown)
					return err
				case done.Made:
					fmt.Fprintf(term.out, "%s %s: revision %d compiled\n", args[0], done.Period, done.Revision)
				case done.Closed:
					fmt.Fprintf(term.out, "%s %s: revision %d is current: the period is closed for late data; --force revises it\n", args[0], done.Period,
						done.Revision)
				default:
					fmt.Fprintf(term.out, "%s %s: revision %d is current; nothing changed\n", args[0], done.Period, done.Revision)
				}
				return nil
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().BoolVar(&preview, "preview", false, "print the report without storing or sending it")
	cmd.Flags().BoolVar(&force, "force", false, "revise a period that is closed for late data")
	return cmd
}

// periodOf returns the period that the arguments name, otherwise the newest one of the
// report. It fails with fault.NotFound when the report has none. The list is sorted by
// period, latest first.
func periodOf(ctx context.Context, c *client, args []string) (string, error) {
	if len(args) == 2 {
		return args[1], nil
	}
	var out struct{ Reports []reportRow }
	if err := c.call(ctx, http.MethodGet, "/api/v1/reports?limit=1&name="+url.QueryEscape(args[0]), nil, &out); err != nil {
		return "", err
	}
	if len(out.Reports) == 0 {
		return "", fault.Newf(fault.NotFound, "report", "there is no report %q yet; postern report run %s --preview prints what it "+
			"would contain", args[0], args[0])
	}
	return out.Reports[0].Period, nil
}

// shownReport selects a report: query picks a revision or the preview, output is text
// (Markdown) or json (the JSON of the API).
type shownReport struct{ name, period, query, output string }

// print writes the report to stdout. Markdown comes from the page's address with .md,
// which has no duplicate under /api.
func (r shownReport) print(ctx context.Context, term terminal, c *client) error {
	path := fmt.Sprintf("/reports/%s/%s", url.PathEscape(r.name), url.PathEscape(r.period))
	if r.output == outputJSON {
		var raw json.RawMessage
		if err := c.call(ctx, http.MethodGet, "/api/v1"+path+"?"+r.query, nil, &raw); err != nil {
			return err
		}
		return printJSON(term, raw)
	}
	res, err := c.do(ctx, http.MethodGet, path+".md?"+r.query, nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return c.copyTo(term.out, res.Body)
}

// between accepts least to most arguments, as cobra.RangeArgs does, and returns a
// usageError otherwise.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.RangeArgs(least, most)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
