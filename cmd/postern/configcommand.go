package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/config"
)

// newConfig returns "postern config" with its subcommands check, print and schema. Each
// accepts every setting as a flag, as serve does, so that the command line of a service
// can be checked before it is used. An invalid configuration exits with 3. None of them
// opens the data folder.
func newConfig(term terminal, g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check, print or describe the configuration"}
	// sub adds a subcommand; run receives the settings that were given as flags.
	sub := func(use, short string, run func(given map[string]string) error) {
		c := &cobra.Command{Use: use, Short: short, Args: exactly(0)}
		given := addConfigFlags(c)
		c.RunE = func(*cobra.Command, []string) error { return run(given()) }
		cmd.AddCommand(c)
	}
	sub("check", "Print every problem of the configuration", func(given map[string]string) error {
		if _, err := load(term, g, given); err != nil {
			return err
		}
		// Stdout has results only, and this command has none.
		fmt.Fprintln(term.err, "the configuration is valid")
		return nil
	})
	sub("print", "Print the configuration in force, secrets redacted", func(given map[string]string) error {
		c, err := load(term, g, given)
		if err != nil {
			return err
		}
		b, err := c.Print()
		if err != nil {
			return err
		}
		_, err = term.out.Write(b)
		return err
	})
	sub("schema", "Print the JSON Schema of the configuration file", func(map[string]string) error {
		b, err := config.Schema()
		if err != nil {
			return err
		}
		_, err = term.out.Write(b)
		return err
	})
	return cmd
}
