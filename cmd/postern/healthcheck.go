package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
)

func newHealthcheck(term terminal, g *globals) *cobra.Command {
	var reading bool
	cmd := &cobra.Command{
		Use: "healthcheck", Short: "Ask a running portal whether it is ready; for containers", Args: exactly(0),
		Long: "Ask a running portal whether it is ready, and print what is not. With --reading it is enough that\n" +
			"pages are answered: what supervises a container should not stop one whose disk is full.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, at, err := connectRunning(cmd.Context(), term, g)
			if err != nil {
				return err
			}
			if c == nil {
				return fault.New(fault.Unavailable, "healthcheck", "no portal is running on the data folder "+at.conf.DataDir+". "+whatToSet)
			}
			res, err := c.send(cmd.Context(), http.MethodGet, readyPath(reading), nil, nil)
			if err != nil {
				return err
			}
			defer func() { _ = res.Body.Close() }()
			return tellHealth(term, c, res)
		},
	}
	cmd.Flags().BoolVar(&reading, "reading", false, "it is enough that pages are answered")
	return cmd
}

func readyPath(reading bool) string {
	if reading {
		return "/readyz?for=reading"
	}
	return "/readyz"
}

// tellHealth prints every part of the portal that does not work.
func tellHealth(term terminal, c *client, res *http.Response) error {
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
	return fault.Wrap(fault.Internal, "healthcheck", "the answer of "+c.name+" is not the JSON expected; is --url the portal's own address?", err)
}
