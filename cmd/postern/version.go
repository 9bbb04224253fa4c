package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// newVersion returns "postern version", which prints the version stamped by the linker
// and the Go version. A build without the linker flag prints "devel".
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
