package main

import (
	"bufio"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// tracedCall is one finished call of a strace log.
type tracedCall struct {
	name  string
	args  string
	start int // number of the line on which it began
	end   int
}

var (
	wholeCall  = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (-?\d+)`)
	begunCall  = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	endedCall  = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)`)
	fileHandle = regexp.MustCompile(`^\d+<([^>]*)>`)
	quoted     = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// readCalls reads the log of strace -f -y; calls that failed are left out. Calls
// are in the order of their ends.
func readCalls(log io.Reader) ([]tracedCall, error) {
	var calls []tracedCall
	begun := map[string]tracedCall{}
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if m := begunCall.FindStringSubmatch(line); m != nil {
			begun[m[1]] = tracedCall{name: m[2], args: m[3], start: n}
			continue
		}
		call, result := tracedCall{start: n, end: n}, ""
		if m := endedCall.FindStringSubmatch(line); m != nil {
			call, result = begun[m[1]], m[4]
			call.args, call.end = call.args+m[3], n
		} else if m := wholeCall.FindStringSubmatch(line); m != nil {
			call.name, call.args, result = m[2], m[3], m[4]
		}
		if status, err := strconv.Atoi(result); err == nil && status >= 0 && call.name != "" {
			calls = append(calls, call)
		}
	}
	return calls, lines.Err()
}

// disk is what a power cut would leave: the state of files and of the names in
// folders, by path.
type disk struct {
	volatile map[string]int // path: line on which its newest change was made
	synced   map[string]int // path: how often it was made durable
}

func newDisk() *disk { return &disk{volatile: map[string]int{}, synced: map[string]int{}} }

// apply follows one call. A folder's path stands for the names in it.
func (d *disk) apply(c tracedCall) {
	file := ""
	if m := fileHandle.FindStringSubmatch(c.args); m != nil {
		file = m[1]
	}
	switch c.name {
	case "write", "pwrite64", "writev", "ftruncate":
		if strings.HasPrefix(file, "/") {
			d.volatile[file] = c.end
		}
	case "fsync", "fdatasync":
		if changed, ok := d.volatile[file]; ok && changed < c.start {
			delete(d.volatile, file) // what was written before the call began
		}
		d.synced[file]++
	case "rename", "renameat", "renameat2", "link", "linkat":
		if m := quoted.FindAllStringSubmatch(c.args, -1); len(m) == 2 {
			d.move(m[0][1], m[1][1], strings.HasPrefix(c.name, "link"), c.end)
		}
	case "mkdir", "mkdirat":
		if m := quoted.FindStringSubmatch(c.args); m != nil {
			d.volatile[filepath.Dir(m[1])] = c.end
		}
	}
}

// move gives a file another name, or one more.
func (d *disk) move(from, to string, keep bool, line int) {
	delete(d.volatile, to)
	if changed, ok := d.volatile[from]; ok {
		d.volatile[to] = changed
	}
	d.synced[to] += d.synced[from]
	d.volatile[filepath.Dir(to)] = line
	if !keep {
		delete(d.volatile, from)
		d.volatile[filepath.Dir(from)] = line
	}
}
