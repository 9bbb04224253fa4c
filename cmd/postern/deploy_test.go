package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/config"
)

const deployDir = "../../docs/deploy"

func readDeploy(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDeployedCommandsExist runs every `postern` command line of the deployment
// files with --help: its command and its flags are there.
func TestDeployedCommandsExist(t *testing.T) {
	lines := 0
	for _, name := range []string{"postern.service", "Dockerfile"} {
		for line := range strings.Lines(readDeploy(t, name)) {
			args := commandOf(line)
			if args == nil {
				continue
			}
			lines++
			var out bytes.Buffer
			term := terminal{in: strings.NewReader(""), out: &out, err: &out, env: func(string) (string, bool) { return "", false }, now: testDay}
			if code := run(t.Context(), append(args, "--help"), term); code != exitDone || !strings.Contains(out.String(), "postern "+args[0]) {
				t.Errorf("%s: %s: exit status %d\n%s", name, strings.TrimSpace(line), code, out.String())
			}
			for _, arg := range args {
				if flag, ok := strings.CutPrefix(arg, "--"); ok && !strings.Contains(out.String(), "--"+strings.SplitN(flag, "=", 2)[0]+" ") {
					t.Errorf("%s: %s has no flag %s", name, args[0], arg)
				}
			}
		}
	}
	if lines != 3 {
		t.Errorf("%d command lines were found, want those of the unit, of the image and of its health check", lines)
	}
}

// commandOf is what a line of a unit or a Dockerfile runs postern with.
func commandOf(line string) []string {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "ExecStart=/usr/local/bin/postern "); ok {
		return strings.Fields(rest)
	}
	m := regexp.MustCompile(`(?:CMD|ENTRYPOINT) \[(.*)\]`).FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	var args []string
	for word := range strings.SplitSeq(m[1], ",") {
		args = append(args, strings.Trim(strings.TrimSpace(word), `"`))
	}
	if args[0] != "postern" {
		return nil
	}
	return args[1:]
}

// TestDockerfileIsOfThisRepository holds the image against what is here: copied
// files, the Go version, the built binary, the settings it names, what it installs.
func TestDockerfileIsOfThisRepository(t *testing.T) {
	text := readDeploy(t, "Dockerfile")
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	if version == nil || !strings.Contains(text, "FROM golang:"+string(version[1])+" ") {
		t.Errorf("the image is built with another Go than go.mod's %s", version)
	}
	for _, m := range regexp.MustCompile(`(?m)^COPY ((?:[^-\s]\S* )+)\S+$`).FindAllStringSubmatch(text, -1) {
		for name := range strings.FieldsSeq(m[1]) {
			if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
				t.Errorf("COPY %s: %v", name, err)
			}
		}
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "RUN make build") || !strings.Contains(text, "/src/bin/postern ") ||
		!strings.Contains(string(makefile), "-o bin/postern ./cmd/postern") {
		t.Error("make build does not make the binary that the image copies")
	}
	var known []string
	for _, f := range config.Flags() {
		known = append(known, "POSTERN_"+strings.ToUpper(strings.ReplaceAll(f.Key, ".", "_")))
	}
	for _, name := range regexp.MustCompile(`POSTERN_[A-Z_]+`).FindAllString(text, -1) {
		if !slices.Contains(known, name) {
			t.Errorf("there is no setting %s", name)
		}
	}
	if !strings.Contains(text, " git ") {
		t.Error("the image has no git")
	}
}

// TestUnitIsValid asks systemd where it is installed.
func TestUnitIsValid(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	// The binary that the unit names is not installed here; any other stands for it.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "postern.service")
	text := strings.Replace(readDeploy(t, "postern.service"), "/usr/local/bin/postern", self, 1)
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte(unit)) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
