package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
)

// newFeed returns "postern feed" with its subcommand import. known are the formats that
// its help lists. An unknown format is not refused here: the portal may be newer than
// the command.
func newFeed(term terminal, g *globals, known []feed.Format) *cobra.Command {
	cmd := &cobra.Command{Use: "feed", Short: "Import feeds of other systems"}
	var in feedImport
	sub := &cobra.Command{
		Use:   "import FORMAT FILE",
		Short: "Import a feed from a file, or from stdin with -",
		Long: "Import a feed from a file, as if its sender had posted it. Importing a file again does no harm.\n" +
			"Rejected items become dead letters, and the exit status is 3. Formats:\n\n" + formatHelp(known),
		Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.format, in.file = args[0], args[1]
			// An unknown format has no PartStart and is sent whole.
			f, _ := formats.Find(known, in.format)
			in.partStart = f.PartStart
			return withClient(cmd.Context(), term, g, func(c *client) error { return in.run(cmd.Context(), term, c) })
		},
	}
	sub.Flags().StringVar(&in.source, "source", "", "`name` of the source (default: the file name without its extension)")
	addOutput(sub, &in.output)
	cmd.AddCommand(sub)
	return cmd
}

// formatHelp lists the formats with what sends them, one per line.
func formatHelp(known []feed.Format) string {
	var b strings.Builder
	for _, f := range known {
		fmt.Fprintf(&b, "  %-20s%s\n", f.Name, f.Sends)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// feedImport holds the arguments of one import. file is "-" for stdin; source is
// derived from the file name if it is empty.
type feedImport struct {
	format, file, source, output string
	// partStart begins a line before which the file may be cut; "" where it is sent
	// whole.
	partStart string
}

// feedResult is the answer of the portal, summed over the parts. It is the output of
// --output json.
type feedResult struct {
	Accepted  int            `json:"accepted"`
	Duplicate int            `json:"duplicate"`
	Rejected  []feedRejected `json:"rejected"`
	More      int            `json:"rejected_more,omitempty"`
}

// feedRejected is one item that the portal rejected. Index is that of the item in its
// request, as the portal counts, with the reason for people.
type feedRejected struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
	// Part is the part of the file in which Index counts, from 1; 0 if the file was
	// sent in one request.
	Part int `json:"part,omitempty"`
}

const (
	// importPart is the size in bytes of one request of a file that is sent in parts,
	// well below the default of feeds.body.
	importPart = 1 << 20
	stdinName  = "-"
)

// run sends the file and prints the result. After an error the parts that were sent are
// stored. Importing again is harmless, as the portal recognizes what it has.
func (f feedImport) run(ctx context.Context, term terminal, c *client) error {
	in, size, err := f.open(term)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if f.source == "" {
		f.source = strings.TrimSuffix(filepath.Base(f.file), filepath.Ext(f.file))
		if f.file == stdinName {
			f.source = "stdin"
		}
	}
	// total has an empty list and not a nil one, which JSON shows as [] and not as
	// null.
	shown := &progress{in: in, size: size, term: term, on: isTerminal(term.err)}
	total := feedResult{Rejected: []feedRejected{}}
	if f.partStart != "" {
		err = f.inParts(ctx, c, shown, &total)
	} else {
		err = f.post(ctx, c, shown, 0, &total)
	}
	shown.end()
	if err != nil {
		return err
	}
	return f.print(term, total)
}

// open opens the file. size is in bytes, 0 when it is not known.
func (f feedImport) open(term terminal) (in io.ReadCloser, size int64, err error) {
	if f.file == stdinName {
		return io.NopCloser(term.in), 0, nil
	}
	file, err := os.Open(f.file)
	if err != nil {
		return nil, 0, fault.Wrap(fault.NotFound, "feed", "the file cannot be opened", err)
	}
	if info, err := file.Stat(); err == nil {
		size = info.Size()
	}
	return file, size, nil
}

// post sends one body and adds the answer to total. part is the number of the part, 0
// for a file that is sent whole. A status of 400 means that the body is not of the
// format at all: it is fault.Invalid (exit status 3). Other statuses are the error of
// problem.
func (f feedImport) post(ctx context.Context, c *client, body io.Reader, part int, total *feedResult) error {
	path := "/api/v1/feeds/" + url.PathEscape(f.format) + "?source=" + url.QueryEscape(f.source)
	res, err := c.send(ctx, http.MethodPost, path, body, nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusBadRequest {
		return fault.New(fault.Invalid, "feed", fault.Message(problem(res)))
	}
	if res.StatusCode >= http.StatusBadRequest {
		return problem(res)
	}
	var got feedResult
	if err := c.readJSON(res, &got); err != nil {
		return err
	}
	total.Accepted += got.Accepted
	total.Duplicate += got.Duplicate
	total.More += got.More
	for _, r := range got.Rejected {
		r.Part = part
		total.Rejected = append(total.Rejected, r)
	}
	return nil
}

// inParts sends a file in parts of about importPart bytes. Each begins with a line of
// partStart, which the items after it need. A part is longer where no line with
// partStart comes in time; the portal's limit for bodies then decides. One part is in
// memory at a time.
func (f feedImport) inParts(ctx context.Context, c *client, in io.Reader, total *feedResult) error {
	// A line may be longer than the buffer, as ReadBytes grows its result.
	lines := bufio.NewReaderSize(in, importPart)
	var body []byte
	part := 1
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fault.Wrap(fault.Internal, "feed", "the file cannot be read", err)
		}
		if len(body)+len(line) > importPart && bytes.HasPrefix(line, []byte(f.partStart)) {
			if err := f.post(ctx, c, bytes.NewReader(body), part, total); err != nil {
				return err
			}
			body = body[:0]
			part++
		}
		body = append(body, line...)
		if err == nil {
			continue
		}
		// A file that fits one request has no part numbers.
		if part == 1 {
			part = 0
		}
		return f.post(ctx, c, bytes.NewReader(body), part, total)
	}
}

// print writes the counts to stdout and each rejected item to stderr. It fails with
// fault.Invalid when an item was rejected. The counts are printed before the error,
// which is then a saidError.
func (f feedImport) print(term terminal, total feedResult) error {
	if f.output == outputJSON {
		raw, err := json.Marshal(total)
		if err != nil {
			return err
		}
		if err := printJSON(term, raw); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(term.out, "%d accepted, %d already known, %d rejected\n", total.Accepted, total.Duplicate, len(total.Rejected)+total.More)
	}
	// The portal lists the first 1,000 of a request; More counts only what is beyond
	// them.
	if len(total.Rejected) == 0 {
		return nil
	}
	for _, r := range total.Rejected {
		where := fmt.Sprintf("item %d", r.Index)
		if r.Part > 0 {
			where = fmt.Sprintf("part %d, %s", r.Part, where)
		}
		fmt.Fprintf(term.err, "%s: %s\n", where, r.Reason)
	}
	if total.More > 0 {
		fmt.Fprintf(term.err, "and %d more\n", total.More)
	}
	fmt.Fprintln(term.err, "rejected items are listed at /dead-letters")
	return saidError{fault.New(fault.Invalid, "feed", "items were rejected")}
}

// progress is a reader that shows on a terminal how much of the file was sent. A line
// is printed only when the number changes, at most 100 times for a file of known size.
type progress struct {
	in    io.Reader
	size  int64
	term  terminal
	on    bool
	sent  int64
	shown int64 // percent, or MiB where the size is not known
}

// Read implements io.Reader.
func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.sent += int64(n)
	if !p.on {
		return n, err
	}
	now, unit := p.sent>>20, "MiB"
	if p.size > 0 {
		now, unit = p.sent*100/p.size, "%"
	}
	if now != p.shown {
		p.shown = now
		fmt.Fprintf(p.term.err, "\rsent %d %s", now, unit)
	}
	return n, err
}

// end ends the line of the progress. An error message begins on a line of its own then.
func (p *progress) end() {
	if p.on && p.shown > 0 {
		fmt.Fprintln(p.term.err)
	}
}
