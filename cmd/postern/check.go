package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/fault"
)

func newCheck(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Verify that git, database and index agree", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var out struct{ Findings []string }
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if err := c.call(cmd.Context(), http.MethodPost, "/api/v1/admin/check", struct{}{}, &out); err != nil {
					return err
				}
				for _, f := range out.Findings {
					fmt.Fprintln(term.out, f)
				}
				if len(out.Findings) > 0 {
					return fault.Newf(fault.Internal, "check", "%d findings; postern reindex makes the index anew, postern restore brings back a backup", len(out.Findings))
				}
				fmt.Fprintln(term.out, "git, database and index agree")
				return nil
			})
		},
	}
}

func newReindex(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "reindex", Short: "Build the search index anew, beside the one in use", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				return c.call(cmd.Context(), http.MethodPost, "/api/v1/admin/reindex", struct{}{}, nil)
			})
		},
	}
}

func newBackup(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Write one consistent backup while the portal runs ('-' is stdout)", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				res, err := c.do(cmd.Context(), http.MethodGet, "/api/v1/admin/backup", nil)
				if err != nil {
					return err
				}
				defer func() { _ = res.Body.Close() }()
				if args[0] == "-" {
					_, err = io.Copy(term.out, res.Body)
					return err
				}
				return writeWhole(args[0], res.Body)
			})
		},
	}
}

// writeWhole writes a file that is either complete and on disk or not there.
func writeWhole(name string, r io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".postern-*")
	if err != nil {
		return fault.Wrap(fault.Internal, "backup", "the backup cannot be written there", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return fault.Wrap(fault.Internal, "backup", "the backup was not written; nothing is left of it", err)
}

func newRestore(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Fill an empty data folder from a backup ('-' is stdin)",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load(term, g, nil)
			if err != nil {
				return err
			}
			in := term.in
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return fault.Wrap(fault.NotFound, "restore", "the backup cannot be read", err)
				}
				defer func() { _ = f.Close() }()
				in = f
			}
			return restore(cmd.Context(), term, c.DataDir, in)
		},
	}
}

func restore(ctx context.Context, term terminal, dir string, in io.Reader) error {
	if err := app.Restore(ctx, dir, bufio.NewReader(in)); err != nil {
		return err
	}
	fmt.Fprintf(term.err, "restored to %s; postern serve builds the search index at its first start\n", dir)
	return nil
}
