package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// newReportSend returns "postern report send", which sends a published report to one
// destination, independently of the report's definition. A revision that was delivered
// there is not sent again. The address is sent as it was given; the portal validates
// it.
func newReportSend(term terminal, g *globals) *cobra.Command {
	var output, to string
	cmd := &cobra.Command{
		Use: "send NAME [PERIOD] --to mail:ADDRESS|CHANNEL", Short: "Send a report now; without PERIOD, the newest", Args: between(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			// A channel of the configuration has its address there; mail has it in the
			// flag.
			channel, address, _ := strings.Cut(to, ":")
			if channel == "" {
				return usageError{fault.New(fault.Invalid, "report", "--to must name a destination: mail:lead@example.org, or a configured channel")}
			}
			ctx := cmd.Context()
			return withClient(ctx, term, g, func(c *client) error {
				period, err := periodOf(ctx, c, args)
				if err != nil {
					return err
				}
				in := map[string]string{"report": args[0], "period": period, "channel": channel, "address": address}
				var raw json.RawMessage
				if err := c.call(ctx, http.MethodPost, "/api/v1/admin/deliveries", in, &raw); err != nil {
					return err
				}
				return printDelivery(term, raw, output)
			})
		},
	}
	addOutput(cmd, &output)
	cmd.Flags().StringVar(&to, "to", "", "mail:`ADDRESS`, or the name of a configured channel")
	return cmd
}

// printDelivery prints the result of a delivery. Every state but "done" is an error.
// The kind is fault.Unavailable, so the exit status is 1. JSON is printed in either
// case.
func printDelivery(term terminal, raw json.RawMessage, output string) error {
	var d struct {
		Report, Period, State, Channel string
		Revision                       int
		Reason, Address                *string
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	if output == outputJSON {
		if err := printJSON(term, raw); err != nil {
			return err
		}
	}
	// A delivery without an address is named by its channel.
	place := d.Channel
	if d.Address != nil {
		place = *d.Address
	}
	what := fmt.Sprintf("%s %s, revision %d", d.Report, d.Period, d.Revision)
	if d.State != "done" {
		why := "it is " + d.State
		if d.Reason != nil { // more specific than the state
			why = *d.Reason
		}
		return fault.Newf(fault.Unavailable, "report", "%s did not reach %s: %s", what, place, why)
	}
	if output != outputJSON {
		fmt.Fprintf(term.out, "%s delivered to %s\n", what, postmortems.Printable(place))
	}
	return nil
}
