package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"
)

// The values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

func addOutput(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "output", outputText, "text or json")
}

func printJSON(term terminal, raw []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := term.out.Write(b.Bytes())
	return err
}

// withClient connects, runs fn and closes.
func withClient(ctx context.Context, term terminal, g *globals, fn func(*client) error) error {
	c, err := connect(ctx, term, g)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.close(context.WithoutCancel(ctx)))
}

// withPortal is withClient for the commands that may make a new portal.
func withPortal(ctx context.Context, term terminal, g *globals, fn func(*client) error) error {
	c, err := connectOrCreate(ctx, term, g)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.close(context.WithoutCancel(ctx)))
}
