package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

// localHost stands for the portal on this machine, which has no address here.
const localHost = "postern.invalid"

// answerLimit bounds what a command reads of an answer that it holds in memory.
const answerLimit = 64 << 20

// client speaks to a portal: a distant one, the one running on this machine, or
// one that was started for this command alone.
type client struct {
	http  *http.Client
	base  string // without a trailing slash
	token string
	close func(context.Context) error
}

// connect finds the portal to speak to, in the order of the contract: --url,
// the Unix socket of a running server, else the data itself.
func connect(ctx context.Context, term terminal, g *globals) (*client, error) {
	return connectIf(ctx, term, g, func(config.Config) error { return nil })
}

// connectPublished is connect for a command that only looks: where nothing was
// ever kept it says so, instead of making an empty portal and finding nothing in it.
func connectPublished(ctx context.Context, term terminal, g *globals) (*client, error) {
	return connectIf(ctx, term, g, func(conf config.Config) error {
		if app.Exists(conf.DataDir) {
			return nil
		}
		return fault.Newf(fault.NotFound, "client", "no portal runs here and there is none in %s; "+
			"name a running one by --url or POSTERN_URL, with the token in POSTERN_TOKEN, or another folder by --data-dir", conf.DataDir)
	})
}

// connectIf finds a portal that runs, else opens the data itself where it may.
func connectIf(ctx context.Context, term terminal, g *globals, may func(config.Config) error) (*client, error) {
	c, running, err := connectRunning(ctx, term, g)
	if err != nil || running {
		return c, err
	}
	conf, err := load(term, g, nil)
	if err != nil {
		return nil, err
	}
	if err := may(conf); err != nil {
		return nil, err
	}
	return inProcess(ctx, term, conf)
}

// connectRunning finds a portal that runs already.
func connectRunning(ctx context.Context, term terminal, g *globals) (c *client, running bool, err error) {
	base := g.url
	if base == "" {
		base, _ = term.env("POSTERN_URL")
	}
	if base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			return nil, false, usageError{fault.Newf(fault.Invalid, "client",
				"--url %q is not an absolute address such as https://portal.example.org", base)}
		}
		token, _ := term.env("POSTERN_TOKEN")
		return &client{http: &http.Client{}, base: strings.TrimRight(base, "/"), token: token, close: nothing}, true, nil
	}
	conf, err := load(term, g, nil)
	if err != nil {
		return nil, false, err
	}
	socket := filepath.Join(conf.DataDir, app.SocketName)
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, false, nil // nobody answers: not an error
	}
	return &client{http: overSocket(socket), base: "http://" + localHost, close: nothing}, true, conn.Close()
}

func nothing(context.Context) error { return nil }

func overSocket(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	}}
}

// call sends a JSON body (nil: none) and reads a JSON answer into out (nil: ignored).
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
	err = json.NewDecoder(io.LimitReader(res.Body, answerLimit)).Decode(out)
	return fault.Wrap(fault.Internal, "client", "the portal's answer is not the JSON expected; is --url the portal's own address?", err)
}

// do sends a request and turns an error status into an error with the portal's
// own words.
func (c *client) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.Wrap(fault.Unavailable, "client", "the portal does not answer at "+c.base, err)
	}
	if res.StatusCode < 400 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	return nil, problem(res)
}

// problem reads an RFC 9457 problem document.
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
