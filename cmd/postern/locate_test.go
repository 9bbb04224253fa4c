package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// usesOf says of every command what it does where a portal may be: "makes" a portal
// if there is none, "needs" one, or is "apart" from any. Of those that need one, args
// is a call that succeeds on a portal without documents, or exit its honest status.
var usesOf = map[string]struct {
	use  string
	args []string
	exit int
}{
	"serve":         {use: "makes"},
	"import":        {use: "makes"}, // import git; the other formats write files
	"restore":       {use: "makes"},
	"lint":          {use: "apart"},
	"new":           {use: "apart"},
	"config check":  {use: "apart"},
	"config print":  {use: "apart"},
	"config schema": {use: "apart"},
	"version":       {use: "apart"},
	"man":           {use: "apart"},
	"render-worker": {use: "apart"},
	"token create":  {use: "needs", args: []string{"--role", "reader", "--name", "ana"}},
	"token list":    {use: "needs"},
	"token revoke":  {use: "needs", args: []string{"none"}, exit: exitFailure},
	"feed import":   {use: "needs", args: []string{"ndjson", "-"}},
	"search":        {use: "needs", args: []string{"pool"}},
	"similar":       {use: "needs", args: []string{"-"}},
	"show":          {use: "needs", args: []string{"guides/none"}, exit: exitFailure},
	"mcp":           {use: "needs"},
	"backup":        {use: "needs", args: []string{"FILE"}},
	"check":         {use: "needs"},
	"reindex":       {use: "needs"},
	"report list":   {use: "needs"},
	"report show":   {use: "needs", args: []string{"weekly"}, exit: exitFailure},
	"report run":    {use: "needs", args: []string{"weekly", "--preview"}},
	"report send":   {use: "needs", args: []string{"weekly", "--to", "mail:ana@example.org"}, exit: exitFailure},
	"healthcheck":   {use: "needs", args: []string{"--reading"}}, // reindex may have begun
}

// leaves are the names of all commands that run something.
func leaves(c *cobra.Command, prefix string) (names []string) {
	for _, sub := range c.Commands() {
		name := strings.TrimSpace(prefix + " " + sub.Name())
		if sub.HasSubCommands() {
			names = append(names, leaves(sub, name)...)
		} else {
			names = append(names, name)
		}
	}
	return names
}

// machine is one with a home, a folder for what commands are given, and perhaps
// an installed service.
type machine struct {
	*testing.T
	home, work, service string
	env                 map[string]string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{T: t, home: filepath.Join(dir, "home"), work: filepath.Join(dir, "work"), service: filepath.Join(dir, "s")}
	for _, d := range []string{m.home, m.work} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m.env = map[string]string{"HOME": m.home, "PATH": os.Getenv("PATH")}
	return m
}

// play runs one command line to its end.
func (m *machine) play(args ...string) (code int, out, errs string) {
	m.Helper()
	var o, e bytes.Buffer
	in := `{"v":1,"type":"change","id":"c1","service":"a","environment":"p","time":"2026-05-01T00:00:00Z","outcome":"success"}` + "\n"
	if args[0] == "mcp" {
		in = "" // its other side leaves at once
	}
	term := terminal{
		in:  strings.NewReader(in),
		out: &o, err: &e, env: func(k string) (string, bool) { v, ok := m.env[k]; return v, ok }, now: testDay,
		service: installation{config: filepath.Join(m.service, "etc", "postern.yaml"), dir: filepath.Join(m.service, "lib")},
	}
	ctx, cancel := context.WithTimeout(m.Context(), startPatience)
	defer cancel()
	code = run(ctx, args, term)
	return code, o.String(), e.String()
}

// call is the command line of a command with its arguments.
func (m *machine) call(name string) []string {
	args := slices.Clone(usesOf[name].args)
	for i, a := range args {
		if a == "FILE" {
			args[i] = filepath.Join(m.work, "saved.tar")
		}
	}
	return append(strings.Fields(name), args...)
}

// untouched holds that nothing was made in the home.
func (m *machine) untouched(name string) {
	m.Helper()
	if made, err := os.ReadDir(m.home); err != nil || len(made) > 0 {
		m.Fatalf("%s made %v in the home (%v)", name, made, err)
	}
}

// TestNoCommandMakesAPortalUnasked runs every command in an empty home: with no portal
// anywhere each that needs one fails, says what to set and creates nothing; beside a
// running service each finds the service's.
func TestNoCommandMakesAPortalUnasked(t *testing.T) {
	needGit(t)
	names := leaves(newRoot(terminal{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}}), "")
	for _, name := range names {
		if usesOf[name].use == "" && !strings.HasPrefix(name, "completion") && name != "help" {
			t.Errorf("%s is not in the table: say whether it makes a portal, needs one or is apart from any", name)
		}
	}
	m := newMachine(t)
	for name, c := range usesOf {
		if !slices.Contains(names, name) {
			t.Errorf("there is no command %s", name)
		}
		if c.use != "needs" {
			continue
		}
		code, out, errs := m.play(m.call(name)...)
		if code != exitFailure || out != "" || !strings.Contains(errs, "--data-dir") || !strings.Contains(errs, "POSTERN_DATA_DIR") ||
			!strings.Contains(errs, "POSTERN_URL") {
			t.Errorf("%s without a portal: status %d, says %q and %q", name, code, out, errs)
		}
		m.untouched(name)
	}
	if made, err := os.ReadDir(m.work); err != nil || len(made) > 0 {
		t.Errorf("files were made without a portal: %v %v", made, err)
	}
	data := filepath.Join(m.service, "lib")
	env := append(authorEnv(t.TempDir()), "POSTERN_DATA_DIR="+data)
	server := serveProcess(t, env)
	for name, c := range usesOf {
		if c.use != "needs" {
			continue
		}
		code, _, errs := m.play(m.call(name)...)
		if code != c.exit || !strings.Contains(errs, "postern: using the portal of the installed service in "+data+"\n") ||
			strings.Contains(errs, localHost) {
			t.Errorf("%s beside the service: status %d, want %d, says %q", name, code, c.exit, errs)
		}
		m.untouched(name)
	}
	if _, out, _ := m.play("token", "list"); !strings.Contains(out, "ana") {
		t.Errorf("the service does not know the token that was made: %s", out)
	}
	server.stop(t)
	for _, name := range []string{"check", "token list", "report list"} { // the data of a stopped service
		if code, _, errs := m.play(m.call(name)...); code != exitDone || !strings.Contains(errs, data) {
			t.Errorf("%s of a stopped service: status %d, says %q", name, code, errs)
		}
	}
	m.untouched("a command beside a stopped service")
}

// makePortal makes an empty portal in a folder.
func (m *machine) makePortal(dir string) {
	m.Helper()
	serveProcess(m, append(authorEnv(m.TempDir()), "POSTERN_DATA_DIR="+dir)).stop(m)
}

// TestWhichPortalIsUsed holds the order of the places, and that a place which was
// not stated is named.
func TestWhichPortalIsUsed(t *testing.T) {
	needGit(t)
	m := newMachine(t)
	own, lib, third := filepath.Join(m.home, ".local", "share", "postern"), filepath.Join(m.service, "lib"), filepath.Join(m.work, "third")
	m.makePortal(own)
	said := func(want string, args ...string) {
		t.Helper()
		code, _, errs := m.play(append([]string{"token", "list"}, args...)...)
		if code != exitDone || errs != want {
			t.Errorf("status %d, says %q, want %q", code, errs, want)
		}
	}
	said("postern: using the portal in " + own + "\n")
	m.makePortal(lib)
	said("postern: using the portal of the installed service in " + lib + ", not the one in " + own + "; --data-dir names another\n")
	said("", "--data-dir", own)
	m.env["POSTERN_DATA_DIR"] = lib
	said("")
	said("", "--data-dir", own)
	delete(m.env, "POSTERN_DATA_DIR")
	m.env["STATE_DIRECTORY"] = own
	said("")
	delete(m.env, "STATE_DIRECTORY")

	// The service's configuration names its folder.
	m.makePortal(third)
	putFile(t, m.service, "etc/postern.yaml", "data_dir: "+third+"\n")
	said("postern: using the portal of the installed service in " + third + ", not the one in " + own + "; --data-dir names another\n")
	delete(m.env, "HOME") // as in a cron job
	said("postern: using the portal of the installed service in " + third + "\n")

	// A stated folder without a portal is not replaced by another.
	m.env["HOME"] = m.home
	m.env["POSTERN_DATA_DIR"] = filepath.Join(m.work, "nowhere")
	if code, _, errs := m.play("token", "list"); code != exitFailure ||
		!strings.Contains(errs, "there is none in "+m.env["POSTERN_DATA_DIR"]+".") {
		t.Errorf("a stated folder without a portal: status %d, says %q", code, errs)
	}
}
