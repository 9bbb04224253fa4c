package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// adminTokens is the API path of tokens.
const adminTokens = "/api/v1/admin/tokens"

// newToken returns "postern token" with its subcommands.
func newToken(term terminal, g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Create, list and revoke access tokens"}
	cmd.AddCommand(newTokenCreate(term, g), newTokenList(term, g), newTokenRevoke(term, g))
	return cmd
}

// newTokenCreate returns "postern token create". The secret is the only output on
// stdout, so that scripts can capture it. The role and the expiry are validated here,
// so that a typing error is a usage error; the rest is the portal's to validate.
func newTokenCreate(term terminal, g *globals) *cobra.Command {
	var role, name, expires string
	var sources []string
	cmd := &cobra.Command{
		Use:   "create --role ROLE --name NAME",
		Short: "Create a token and print its secret, once",
		Long: "Create a token and print its secret, once. A feeder may be bound to sources: it is refused under any\n" +
			"other source name, also inside a body. Repeat --source for several.",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := auth.ParseRole(role); err != nil {
				return usageError{errors.New(fault.Message(err))}
			}
			until, err := expiry(expires, term.now())
			if err != nil {
				return usageError{err}
			}
			// A nil Expires is sent as null: no expiry.
			in := struct {
				Name    string     `json:"name"`
				Role    string     `json:"role"`
				Expires *time.Time `json:"expires_at"`
				Sources []string   `json:"sources,omitempty"`
			}{name, role, until, sources}
			var out struct{ Secret string }
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if err := c.call(cmd.Context(), http.MethodPost, adminTokens, in, &out); err != nil {
					return err
				}
				fmt.Fprintln(term.out, out.Secret)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "reader, author, publisher, feeder or admin")
	cmd.Flags().StringVar(&name, "name", "", "who or what the token is for; shown in lists and the audit log")
	cmd.Flags().StringArrayVar(&sources, "source", nil, "bind a feeder to this `source`; may be repeated (default: any source)")
	cmd.Flags().StringVar(&expires, "expires", "", "how long it is valid: 90d, 12h (default: no expiry)")
	return cmd
}

// mostExpiry is the longest validity of a token that expires. Longer ones could
// overflow a time.Duration, which ends at 292 years.
const mostExpiry = 100 * 365 * 24 * time.Hour

// expiry returns the instant at which a token expires: s is whole days ("90d") or a Go
// duration ("12h"). It returns nil for "", a token without expiry. Any other s, and one
// that is not positive or over mostExpiry, is fault.Invalid.
func expiry(s string, now time.Time) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	var d time.Duration
	days, isDays := strings.CutSuffix(s, "d")
	// The number of days is compared before it is multiplied, which could overflow.
	if n, err := strconv.Atoi(days); isDays && err == nil && n > 0 && time.Duration(n) <= mostExpiry/(24*time.Hour) {
		d = time.Duration(n) * 24 * time.Hour
	} else if d, err = time.ParseDuration(s); err != nil {
		return nil, fault.Newf(fault.Invalid, "token", "--expires %q is not a duration such as 90d or 12h", s)
	}
	if d <= 0 || d > mostExpiry {
		return nil, fault.Newf(fault.Invalid, "token", "--expires %q must be in the future, within a hundred years", s)
	}
	until := now.Add(d)
	return &until, nil
}

// newTokenList returns "postern token list". Revoked and expired tokens are listed as
// well: the audit log refers to them by id.
func newTokenList(term terminal, g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "list", Short: "List the tokens, never their secrets", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var out struct {
				Tokens []struct {
					ID, Name, Role string
					Created        time.Time  `json:"created_at"`
					Expires        *time.Time `json:"expires_at"`
					Revoked        *time.Time `json:"revoked_at"`
					LastUsed       *time.Time `json:"last_used_at"`
					Sources        []string
				}
			}
			var raw json.RawMessage
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if err := c.call(cmd.Context(), http.MethodGet, adminTokens, nil, &raw); err != nil {
					return err
				}
				if output == outputJSON {
					return printJSON(term, raw)
				}
				if err := json.Unmarshal(raw, &out); err != nil {
					return err
				}
				w := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tROLE\tNAME\tCREATED\tEXPIRES\tLAST USED\tSTATE\tSOURCES")
				for _, t := range out.Tokens {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Name,
						t.Created.Format(time.DateOnly), day(t.Expires, "never"), day(t.LastUsed, "never"),
						tokenState(t.Revoked, t.Expires, term.now()), spokenFor(t.Role, t.Sources))
				}
				return w.Flush()
			})
		},
	}
	addOutput(cmd, &output)
	return cmd
}

// spokenFor returns the feed sources that a token may post as: those it is bound to,
// "any" for an unbound feeder or admin, "none" for other roles.
func spokenFor(role string, sources []string) string {
	if len(sources) > 0 {
		return strings.Join(sources, ", ")
	}
	switch auth.Role(role) {
	case auth.Feeder, auth.Admin:
		return "any"
	}
	return "none"
}

// day formats the UTC date of t, or returns none for nil.
func day(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.UTC().Format(time.DateOnly)
}

// tokenState returns whether a token works at an instant: "revoked", "expired" or "valid".
func tokenState(revoked, expires *time.Time, now time.Time) string {
	switch {
	case revoked != nil:
		return "revoked"
	case expires != nil && !now.Before(*expires):
		return "expired"
	}
	return "valid"
}

// newTokenRevoke returns "postern token revoke". The argument is the id of the list,
// not the secret. It cannot be undone.
func newTokenRevoke(term terminal, g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "Revoke a token and end its browser sessions", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withClient(cmd.Context(), term, g, func(c *client) error {
				return c.call(cmd.Context(), http.MethodDelete, adminTokens+"/"+url.PathEscape(args[0]), nil, nil)
			})
		},
	}
}
