package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// localHost is the host name in requests that go through a socket or stay inside the
// process. It is never resolved and never shown. The top-level domain invalid is
// reserved for such names (RFC 2606).
const localHost = "postern.invalid"

// answerLimit is the most bytes of an answer that a command holds in memory. It bounds
// what a wrong --url can make a command allocate. Backups are streamed and have no
// limit.
const answerLimit = 64 << 20

// client is an HTTP client of one portal: a remote one, the one running on this
// machine, or one that runs inside this command. close stops a portal that runs inside
// the command, and is called once, also after an error.
type client struct {
	http  *http.Client
	base  string // without a trailing slash
	name  string // of the portal, in messages
	token string
	close func(context.Context) error
}

// connect returns a client of the portal that the command is about: the one at --url,
// otherwise the running server behind the Unix socket, otherwise one opened on the data
// folder. When there is none, the error says what to set; nothing is created. A portal
// that runs inside the command needs no token: the file system decides who may open its
// folder.
func connect(ctx context.Context, term terminal, g *globals) (*client, error) {
	c, at, err := connectRunning(ctx, term, g)
	if err != nil || c != nil {
		return c, err
	}
	if !at.found {
		return nil, at.nowhere()
	}
	return inProcess(ctx, term, at.conf, false)
}

// connectOrCreate is connect for commands that may create a portal: only the import of
// a repository, into the folder that locate chose.
func connectOrCreate(ctx context.Context, term terminal, g *globals) (*client, error) {
	c, at, err := connectRunning(ctx, term, g)
	if err != nil || c != nil {
		return c, err
	}
	return inProcess(ctx, term, at.conf, !at.found)
}

// connectRunning returns a client of a running portal. If none runs, the client is nil
// and at is the place where its data is or would be. A URL is not tried out: an error
// of the first request names it.
func connectRunning(ctx context.Context, term terminal, g *globals) (c *client, at located, err error) {
	// The flag has precedence over the environment.
	base := g.url
	if base == "" {
		base, _ = term.env("POSTERN_URL")
	}
	if base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			return nil, at, usageError{fault.Newf(fault.Invalid, "client",
				"--url %q is not an absolute address such as https://portal.example.org", base)}
		}
		token, _ := term.env("POSTERN_TOKEN")
		base = strings.TrimRight(base, "/")
		return &client{http: &http.Client{}, base: base, name: "the portal at " + u.Redacted(), token: token, close: nothing}, at, nil
	}
	if at, err = locate(term, g); err != nil {
		return nil, at, err
	}
	// A socket file may be left by a killed server. Only a connection shows that one
	// runs.
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", at.socket())
	// Without this case the command would try to open the database, and report that
	// instead of the cause.
	if errors.Is(err, fs.ErrPermission) {
		return nil, at, fault.Wrap(fault.Forbidden, "client", "the socket of the portal in "+at.conf.DataDir+
			" cannot be used: permission denied. Run the command as root or as the user of the portal. "+whatToSet, err)
	}
	if err != nil {
		return nil, at, nil // no portal runs there: not an error
	}
	c = &client{http: overSocket(at.socket()), base: "http://" + localHost, name: portalIn(at.conf.DataDir), close: nothing}
	return c, at, conn.Close()
}

// portalIn names the portal of a data folder in messages.
func portalIn(dir string) string { return "the portal in " + dir }

// nothing is the close function of clients that hold nothing open.
func nothing(context.Context) error { return nil }

// overSocket returns an HTTP client whose every request goes to a Unix socket. The
// address in the URL is ignored.
func overSocket(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	}}
}

// call sends a JSON body (nil: none) and decodes a JSON answer into out (nil: the
// answer is ignored). A status of 400 or more is an error, see do. It is for answers of
// at most answerLimit bytes.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	res, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if out == nil {
		return nil
	}
	return c.readJSON(res, out)
}

// readJSON decodes the JSON of an answer. Its errors distinguish an answer that is
// not JSON (a wrong --url), one of another shape (another version) and one cut off.
func (c *client) readJSON(res *http.Response, out any) error {
	err := json.NewDecoder(io.LimitReader(res.Body, answerLimit)).Decode(out)
	// Wrap returns nil for a nil error.
	if _, syntax := errors.AsType[*json.SyntaxError](err); err == nil || syntax || errors.Is(err, io.EOF) {
		return fault.Wrap(fault.Internal, "client", "the answer of "+c.name+" is not the JSON expected; is --url the portal's own address?", err)
	}
	if _, typed := errors.AsType[*json.UnmarshalTypeError](err); typed {
		return fault.Wrap(fault.Internal, "client", "the answer of "+c.name+" is not the JSON expected; is it of another version?", err)
	}
	return c.brokeOff(err)
}

// unanswered returns the error of a request that got no answer. It leaves out the URL,
// because localHost would mislead. A connection that was established and then ended is
// a brokeOff error; one that was not is "does not answer". An ended context is returned
// as it is, for exitStatus.
func (c *client) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	op, ok := errors.AsType[*net.OpError](err)
	if dialing := ok && op.Op == "dial"; !dialing && (c.base == "http://"+localHost || ok || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF)) {
		return c.brokeOff(err) // other errors, such as an untrusted certificate, are shown below
	}
	return fault.Wrap(fault.Unavailable, "client", c.name+" does not answer", err)
}

// brokeOff returns the error of an answer that ended early, with kind
// fault.Unavailable; nil for nil.
func (c *client) brokeOff(err error) error {
	return fault.Wrap(fault.Unavailable, "client", c.name+" ended its answer early; its log has the reason", err)
}

// copyTo copies the body of an answer to w. The error shows which side failed. A failed
// write, as to a closed pipe, is returned unchanged.
func (c *client) copyTo(w io.Writer, body io.Reader) error {
	answer := &reading{from: body}
	_, err := io.Copy(w, answer)
	if answer.err != nil {
		return c.brokeOff(answer.err)
	}
	return err
}

// reading is a reader that records its last error other than io.EOF.
type reading struct {
	from io.Reader
	err  error
}

// Read implements io.Reader.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// do sends a request. A status of 400 or more becomes an error with the portal's own
// message and the matching kind. The caller closes the body of the answer. The content
// type is that of every body but a feed's.
func (c *client) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	res, err := c.send(ctx, method, path, body, http.Header{"Content-Type": {"application/json"}})
	if err != nil || res.StatusCode < http.StatusBadRequest {
		return res, err
	}
	defer func() { _ = res.Body.Close() }()
	return nil, problem(res)
}

// send sends a request with the token, and header if there is a body. An answer of any
// status is returned without an error, and the caller closes its body. No timeout is
// set: a backup or an import takes as long as it takes, and a signal ends the context.
func (c *client) send(ctx context.Context, method, path string, body io.Reader, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		maps.Copy(req.Header, header)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("TE", "trailers") // the reason for a stream that fails midway comes in a trailer
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.unanswered(ctx, err)
	}
	return res, nil
}

// problem returns the error that an RFC 9457 problem document describes, or one with
// the HTTP status if the answer is not such a document, as that of a proxy. Statuses
// without a kind are fault.Unavailable, also 400: exit status 3 is for content only.
func problem(res *http.Response) error {
	var p struct{ Title, Detail string }
	_ = json.NewDecoder(io.LimitReader(res.Body, answerLimit)).Decode(&p)
	msg := p.Detail
	if msg == "" {
		msg = p.Title
	}
	if msg == "" {
		msg = "the portal answered " + res.Status
	}
	if res.StatusCode == http.StatusUnauthorized {
		msg += " (commands take their token from POSTERN_TOKEN)"
	}
	kinds := map[int]fault.Kind{
		http.StatusNotFound: fault.NotFound, http.StatusGone: fault.Gone, http.StatusConflict: fault.Conflict,
		http.StatusUnauthorized: fault.Unauthenticated, http.StatusForbidden: fault.Forbidden,
	}
	kind, known := kinds[res.StatusCode]
	if !known {
		kind = fault.Unavailable
	}
	return fault.New(kind, "client", msg)
}
