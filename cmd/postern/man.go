package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan returns "postern man", which writes one man page per command into a folder.
// The folder is created if it does not exist. root is read when the command runs, so
// commands that are added later have pages, too; hidden ones have none.
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
