package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
)

// newShow returns "postern show". A document that does not exist is fault.NotFound,
// with the portal's message.
func newShow(term terminal, g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "show REF", Short: "Print a document by its id, address or path in the repository", Args: exactly(1),
		Long: "Print the Markdown of a document, or with --output json everything that is known about it.\n" +
			"REF is its id, its address with or without the portal in front, or its path in the repository.",
		Example: "  postern show c405f4daf98e\n  postern show /runbooks/GatewayPoolExhausted\n  postern show runbooks/GatewayPoolExhausted.md",
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := pathOf(args[0])
			if err != nil {
				return err
			}
			return withClient(cmd.Context(), term, g, func(c *client) error {
				// The suffix selects the form in which the portal answers.
				suffix := ".md"
				if output == outputJSON {
					suffix = ".json"
				}
				b, err := c.read(cmd, withoutPrefixOf(c.base, path)+suffix)
				if err != nil {
					return err
				}
				if output == outputJSON {
					return printJSON(term, b)
				}
				_, err = term.out.Write(b)
				return err
			})
		},
	}
	addOutput(cmd, &output)
	return cmd
}

// pathOf returns the percent-encoded address of the document that ref names: an id, a
// path in the repository, or a URL copied from a browser. An id, which has no slash, is
// below /p/. A fragment, a query of a URL and the suffixes .md and .json are removed,
// as a pasted address may have them; an argument without a name is a usageError.
func pathOf(ref string) (string, error) {
	given := ref
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		ref = u.Path // an address as the browser shows it
	} else if i := strings.IndexByte(ref, '#'); i >= 0 {
		ref = ref[:i]
	}
	ref = strings.Trim(ref, "/")
	for _, suffix := range []string{".md", ".json"} {
		ref = strings.TrimSuffix(ref, suffix)
	}
	if ref == "" {
		return "", usageError{errors.New("show: " + given + " names no document")}
	}
	if !strings.Contains(ref, "/") {
		ref = "p/" + ref
	}
	// An address is pasted escaped, a path of the repository is not; both are escaped
	// once at the end.
	if decoded, err := url.PathUnescape(ref); err == nil && strings.Contains(ref, "%") {
		ref = decoded
	}
	return (&url.URL{Path: "/" + ref}).EscapedPath(), nil
}

// withoutPrefixOf returns path without the path prefix of the portal at base, which a
// copied URL includes. The base of a client has the prefix already, and it would be
// doubled.
func withoutPrefixOf(base, path string) string {
	u, err := url.Parse(base)
	if err != nil || u.Path == "" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimRight(u.EscapedPath(), "/")+"/"); ok {
		return "/" + rest
	}
	return path
}

// read returns the complete body of an answer. One of more than answerLimit bytes is a
// fault.TooLarge.
func (c *client) read(cmd *cobra.Command, path string) ([]byte, error) {
	res, err := c.do(cmd.Context(), http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	if len(b) > answerLimit {
		return nil, fault.Newf(fault.TooLarge, "client", "the answer of %s is larger than %s", c.name, humanize.Bytes(answerLimit))
	}
	return b, c.brokeOff(err)
}
