package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
)

// newHealthcheck returns "postern healthcheck". It fails with status 1 when the portal
// is not ready. It never opens a portal itself, as other commands do: a portal inside
// the command would always be ready. The probe needs no token.
func newHealthcheck(term terminal, g *globals) *cobra.Command {
	var reading bool
	cmd := &cobra.Command{
		Use: "healthcheck", Short: "Check whether a running portal is ready; for containers", Args: exactly(0),
		Long: "Check whether a running portal is ready, and print each part that is not. With --reading it is enough\n" +
			"that pages are served: a supervisor should not stop a container because its disk is full.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, at, err := connectRunning(cmd.Context(), term, g)
			if err != nil {
				return err
			}
			// A portal that does not run is not ready.
			if c == nil {
				return fault.New(fault.Unavailable, "healthcheck", "no portal is running on the data folder "+at.conf.DataDir+". "+whatToSet)
			}
			// send and not do: a portal that is not ready answers 503 with the checks.
			res, err := c.send(cmd.Context(), http.MethodGet, readyPath(reading), nil, nil)
			if err != nil {
				return err
			}
			defer func() { _ = res.Body.Close() }()
			return printHealth(term, c, res)
		},
	}
	cmd.Flags().BoolVar(&reading, "reading", false, "it is enough that pages are served")
	return cmd
}

// readyPath returns the path of the readiness probe.
func readyPath(reading bool) string {
	if reading {
		return "/readyz?for=reading"
	}
	return "/readyz"
}

// printHealth prints every failed check to stderr. It fails unless the status is 200.
// The status is compared before the JSON: a proxy that answers 502 with HTML is "not
// ready".
func printHealth(term terminal, c *client, res *http.Response) error {
	var status struct {
		Checks []struct {
			Name, Detail string
			OK           bool
		}
	}
	err := json.NewDecoder(io.LimitReader(res.Body, answerLimit)).Decode(&status)
	for _, check := range status.Checks {
		if !check.OK {
			fmt.Fprintf(term.err, "%s: %s\n", check.Name, check.Detail)
		}
	}
	if res.StatusCode != http.StatusOK {
		return fault.Newf(fault.Unavailable, "healthcheck", "%s is not ready (%s)", c.name, res.Status)
	}
	return fault.Wrap(fault.Internal, "healthcheck", "the answer of "+c.name+" is not the JSON expected; is --url the portal's "+
		"own address?", err)
}
