package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// Portal is a client of the portal's HTTP API. HTTP may be a transport inside the
// process, as for /mcp, or one to a remote portal, as for postern mcp.
type Portal struct {
	HTTP  *http.Client
	Base  string // scheme, host and prefix, without a trailing slash
	Token string // of a reader; "" if reading needs none
}

// maxAnswer bounds a response of the API, in bytes.
const maxAnswer = 8 << 20

// get reads JSON from a path below Base; errors are those of call.
func (p *Portal) get(ctx context.Context, path string, out any) error {
	return p.call(ctx, http.MethodGet, path, nil, out)
}

// call sends a JSON body (nil for none) and decodes the JSON response into out. An
// error response becomes a fault with the message of the portal; no connection is
// fault.Unavailable. Responses are read up to maxAnswer.
func (p *Portal) call(ctx context.Context, method, path string, in, out any) error {
	const op = "mcp.call"
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fault.Wrap(fault.Internal, op, "the request cannot be encoded as JSON", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.Base+path, body)
	if err != nil {
		return fault.Wrap(fault.Invalid, op, "this cannot be part of a URL", err)
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.Token != "" {
		req.Header.Set("Authorization", "Bearer "+p.Token)
	}
	res, err := p.HTTP.Do(req)
	if err != nil {
		return fault.Wrap(fault.Unavailable, op, "the portal does not answer", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer := io.LimitReader(res.Body, maxAnswer)
	if res.StatusCode != http.StatusOK {
		return problem(res.StatusCode, answer)
	}
	if err := json.NewDecoder(answer).Decode(out); err != nil {
		return fault.Wrap(fault.Internal, op, "the portal's response is not the expected JSON", err)
	}
	return nil
}

// problem converts an RFC 9457 problem document to a fault with its message. The kind
// follows from the status, since other servers, such as proxies, may answer without a
// problem document.
func problem(status int, body io.Reader) error {
	var p struct{ Title, Detail string }
	_ = json.NewDecoder(body).Decode(&p) // without a problem document the status is the message
	msg := p.Detail
	if msg == "" {
		msg = p.Title
	}
	if msg == "" {
		msg = http.StatusText(status)
	}
	kind := fault.Unavailable
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		kind = fault.Invalid
	case http.StatusNotFound:
		kind = fault.NotFound
	case http.StatusGone:
		kind = fault.Gone
	case http.StatusUnauthorized:
		kind = fault.Unauthenticated
	case http.StatusForbidden:
		kind = fault.Forbidden
	}
	return fault.New(kind, "mcp.call", msg)
}

// outside returns an error with only the message that is meant for callers: causes may
// contain addresses and file names.
func outside(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(fault.Message(err))
}

// address returns the path of a document's JSON. ref is an id, a path in the
// repository, or a URL of the portal, because models pass on any of the three. An empty
// ref is fault.Invalid.
func (p *Portal) address(ref string) (string, error) {
	ref = strings.TrimSpace(ref)
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		ref = u.Path
		if base, err := url.Parse(p.Base); err == nil && base.Path != "" {
			ref = strings.TrimPrefix(ref, base.Path)
		}
	}
	ref = strings.TrimSuffix(strings.Trim(ref, "/"), ".md")
	switch {
	case ref == "":
		return "", fault.New(fault.Invalid, "mcp", "name the document: its id, its path or its url")
	case strings.Contains(ref, "/"):
		return (&url.URL{Path: "/" + ref}).EscapedPath() + ".json", nil
	}
	return "/p/" + url.PathEscape(ref) + ".json", nil
}
