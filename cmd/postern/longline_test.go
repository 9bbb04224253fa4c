package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// longLineCommand writes a file of one long line: longline FILE BEFORE UNIT BYTES
// AFTER. "/" in BEFORE and AFTER is a line feed.
func longLineCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: longline FILE BEFORE UNIT BYTES AFTER")
	}
	n, err := strconv.Atoi(args[3])
	ts.Check(err)
	lines := strings.NewReplacer("/", "\n")
	text := lines.Replace(args[1]) + strings.Repeat(args[2], n/len(args[2])) + lines.Replace(args[4])
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, []byte(text+"\n"), 0o644))
}
