package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/api/mcp"
)

// newMCP is the command that programs with a language model start: they speak to
// it on its standard input and output.
func newMCP(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "mcp", Short: "Offer search and documents to a language model (MCP over standard input and output)", Args: exactly(0),
		Long: "Offer the tools search, similar, get_document and get_incident of the Model Context Protocol on standard input and output.\n" +
			"The portal is that of --url, with the token in POSTERN_TOKEN, or the one on this machine.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				err := mcp.ServeStdio(cmd.Context(), mcp.Options{
					Portal: &mcp.Portal{HTTP: c.http, Base: c.base, Token: c.token}, Version: version,
				}, term.in, term.out)
				if errors.Is(err, context.Canceled) {
					return nil // the program that started us is done
				}
				return err
			})
		},
	}
}
