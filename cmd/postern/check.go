package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
)

// newCheck returns "postern check". It prints every finding to stdout and fails when
// there is one, with status 1: the data is damaged, which is not invalid input. The
// portal reads all of its data meanwhile and continues to serve.
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
					return fault.Newf(fault.Internal, "check", "%d findings; postern reindex rebuilds the index, postern restore restores a backup",
						len(out.Findings))
				}
				fmt.Fprintln(term.out, "git, database and index agree")
				return nil
			})
		},
	}
}

// newReindex returns "postern reindex", which returns when the new index is in use.
// Without a running portal it builds the index in this process.
func newReindex(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "reindex", Short: "Rebuild the search index while the old one serves", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				return c.call(cmd.Context(), http.MethodPost, "/api/v1/admin/reindex", struct{}{}, nil)
			})
		},
	}
}
