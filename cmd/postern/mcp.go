package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/api/mcp"
)

// newMCP returns "postern mcp". A program with a language model starts it and sends MCP
// requests to its standard input; the answers come from the portal's HTTP API. Nothing
// but MCP may be written to stdout; notes about the folder go to stderr. It runs until
// stdin ends.
func newMCP(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "mcp", Short: "Serve search and documents to a language model (MCP on stdin and stdout)", Args: exactly(0),
		Long: "Serve the tools search, similar, get_document and get_incident of the Model Context Protocol on stdin and\n" +
			"stdout. The portal is the one at --url, with the token in POSTERN_TOKEN, or the one on this machine.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				err := mcp.ServeStdio(cmd.Context(), mcp.Options{
					Portal: &mcp.Portal{HTTP: c.http, Base: c.base, Token: c.token}, Version: version,
				}, term.in, term.out)
				if errors.Is(err, context.Canceled) {
					return nil // the program that started this one has ended
				}
				return err
			})
		},
	}
}
