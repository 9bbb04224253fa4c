package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rogpeppe/go-internal/testscript"
)

// mcpCommand calls a tool as a language model's client does and prints what it
// says: mcp stdio|http TOOL ARGUMENTS. Over HTTP the token is $READER.
func mcpCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: mcp stdio|http TOOL ARGUMENTS")
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	var transport mcp.Transport
	if args[0] == "stdio" {
		cmd := exec.CommandContext(ctx, lookIn(ts.Getenv("PATH"), "postern"), "mcp")
		cmd.Dir, cmd.Env = ts.MkAbs("."), scriptEnv(ts)
		transport = &mcp.CommandTransport{Command: cmd}
	} else {
		client := &http.Client{Transport: bearer(ts.Getenv("READER"))}
		transport = &mcp.StreamableClientTransport{Endpoint: ts.Getenv("URL") + "/mcp", HTTPClient: client}
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "script", Version: "v1"}, nil)
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		if neg {
			fmt.Fprintln(ts.Stderr(), err)
			return
		}
		ts.Fatalf("connect: %v", err)
	}
	defer func() { _ = session.Close() }()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: args[1], Arguments: json.RawMessage(args[2])})
	ts.Check(err)
	for _, c := range result.Content {
		if text, ok := c.(*mcp.TextContent); ok {
			fmt.Fprintln(ts.Stdout(), text.Text)
		}
	}
	if result.IsError != neg {
		ts.Fatalf("%s: error %v, want %v", args[1], result.IsError, neg)
	}
}

// bearer sends a token with every request; an empty one is none.
type bearer string

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if b != "" {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+string(b))
	}
	return http.DefaultTransport.RoundTrip(req)
}
