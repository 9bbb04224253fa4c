package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/postern/postern/portal/config"
)

func newVersion(term terminal) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if output == outputJSON {
				raw, err := json.Marshal(map[string]string{"version": version, "go": runtime.Version()})
				if err != nil {
					return err
				}
				return printJSON(term, raw)
			}
			fmt.Fprintf(term.out, "postern %s (%s)\n", version, runtime.Version())
			return nil
		},
	}
	addOutput(cmd, &output)
	return cmd
}

func newConfig(term terminal, g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check, print or describe the configuration"}
	sub := func(use, short string, run func(given map[string]string) error) {
		c := &cobra.Command{Use: use, Short: short, Args: exactly(0)}
		given := addConfigFlags(c)
		c.RunE = func(*cobra.Command, []string) error { return run(given()) }
		cmd.AddCommand(c)
	}
	sub("check", "Tell every problem of the configuration", func(given map[string]string) error {
		if _, err := load(term, g, given); err != nil {
			return err
		}
		fmt.Fprintln(term.err, "the configuration is good")
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

func newMan(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man FOLDER", Short: "Write a man page for every command into a folder", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			return doc.GenManTree(root, &doc.GenManHeader{Title: "POSTERN", Section: "1", Source: "Postern"}, args[0])
		},
	}
}
