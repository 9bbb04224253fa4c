package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"
)

// The values of --output. JSON is what the API answered, so scripts rely on its fields
// and not on the command's.
const (
	outputText = "text"
	outputJSON = "json"
)

// addOutput adds the flag --output to a command; the value is stored in to. An unknown
// value counts as text.
func addOutput(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "output", outputText, "text or json")
}

// printJSON writes JSON indented to stdout. It fails if raw is not valid JSON. Numbers
// and the order of fields stay as they are.
func printJSON(term terminal, raw []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := term.out.Write(b.Bytes())
	return err
}

// withClient connects to the portal, calls fn and closes the connection. The errors of
// fn and of closing are joined. Closing has a context that a signal does not end: a
// portal inside the command must still stop in order.
func withClient(ctx context.Context, term terminal, g *globals, fn func(*client) error) error {
	c, err := connect(ctx, term, g)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.close(context.WithoutCancel(ctx)))
}

// withPortal is withClient for commands that may create a portal. One is created only
// if none is found.
func withPortal(ctx context.Context, term terminal, g *globals, fn func(*client) error) error {
	c, err := connectOrCreate(ctx, term, g)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.close(context.WithoutCancel(ctx)))
}
