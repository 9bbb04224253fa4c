package paste

import "strings"

// frame is one frame of a stack trace.
type frame struct {
	// Qualified, as written; "" unknown.
	function string
	// Path without its line.
	file string
	// Of the error; Ruby writes it into the first frame.
	message string
}

// String returns the last two parts of the function and the name of the file, as
// documents quote them. Line numbers are dropped: they change with every release.
func (f frame) String() string {
	name := f.function
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	joint := strings.LastIndexAny(name, ".:")
	if joint > 0 {
		if i := strings.LastIndexAny(strings.TrimRight(name[:joint], ".:"), ".:"); i >= 0 {
			name = name[i+1:]
		}
	}
	return strings.TrimSpace(name + " " + baseName(f.file))
}

// baseName returns the last part of a path without a line number.
func baseName(path string) string {
	path = path[strings.LastIndexAny(path, "/\\")+1:]
	path, _, _ = strings.Cut(path, ":")
	return path
}

// library reports whether a frame is in a run time, a framework or a dependency. The
// lists hold what occurs in traces of servers; a frame of an unknown library counts as
// the program's own.
func (f frame) library() bool {
	for _, start := range []string{
		// Java and the languages of its virtual machine.
		"java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "akka.", "groovy.",
		"org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.", "org.jboss.", "org.postgresql.",
		"com.mysql.", "com.fasterxml.", "com.google.common.", "com.zaxxer.", "io.netty.", "io.grpc.", "reactor.",
		"okhttp3.", "redis.clients.", "io.lettuce.",
		// .NET.
		"System.", "Microsoft.",
		// Go.
		"runtime.", "net/http.", "testing.", "reflect.", "syscall.", "internal/", "database/sql.", "golang.org/x/", "google.golang.org/",
		// Rust and C.
		"core::", "std::", "alloc::", "tokio::", "futures", "rust_begin_unwind", "__libc", "<core", "<alloc", "<std",
		// PHP.
		"Illuminate\\", "Symfony\\", "Doctrine\\",
	} {
		if strings.HasPrefix(f.function, start) {
			return true
		}
	}
	// Folders in which package managers and run times install code.
	for _, part := range []string{
		"node_modules/", "node:", "internal/process", "site-packages/", "dist-packages/", "/lib/python", "<frozen ", "/gems/", "/ruby/",
		"/vendor/", "/usr/local/go/", "/go/pkg/mod/", "/libexec/src/", "/rustc/", "/.cargo/registry", "/usr/lib/",
	} {
		if strings.Contains(f.file, part) {
			return true
		}
	}
	return false
}

// frameOf parses a line of a stack trace in any of the known languages. It returns
// false for any other line. The indentation distinguishes frames from sentences in Go
// and Rust, so line must not be trimmed.
func frameOf(line string) (frame, bool) {
	indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
	line = strings.TrimSpace(line)
	// Java, .NET, Node and the files of Rust.
	if rest, ok := strings.CutPrefix(line, "at "); ok {
		return atFrame(rest)
	}
	if rest, ok := strings.CutPrefix(line, `File "`); ok { // Python
		file, after, _ := strings.Cut(rest, `"`)
		_, function, _ := strings.Cut(after, " in ")
		return frame{function: function, file: file}, strings.Contains(after, "line ")
	}
	if strings.HasPrefix(line, "#") { // PHP
		return phpFrame(line)
	}
	// Ruby is tried before Go, whose functions have parentheses as well.
	if f, ok := rubyFrame(line); ok {
		return f, true
	}
	if i := strings.Index(line, ".go:"); i > 0 && indented && isOneWord(line[:i]) { // Go's file
		return frame{file: line[:i+3]}, true
	}
	if name, ok := goFunction(line); ok && !indented {
		return frame{function: name}, true
	}
	if number, name, ok := strings.Cut(line, ": "); ok && indented && allBytes(number, isDigit) && isOneWord(name) { // Rust
		return frame{function: strings.TrimPrefix(name, "<")}, true
	}
	return frame{}, false
}

// atFrame parses the text after "at" in Java, .NET, Node and Rust.
func atFrame(rest string) (frame, bool) {
	rest = strings.TrimPrefix(rest, "async ")
	name, inside, call := strings.Cut(rest, "(")
	name = strings.TrimSpace(name)
	switch {
	case !call:
		// Only a place.
		path, _, numbered := strings.Cut(rest, ":")
		return frame{file: path}, numbered && strings.ContainsAny(path, "/.") && isOneWord(rest)
	case strings.Contains(inside, ") in "):
		// .NET with a file.
		_, path, _ := strings.Cut(inside, ") in ")
		path, _, _ = strings.Cut(path, ":line")
		return frame{function: name, file: path}, true
	}
	inside = strings.TrimSuffix(strings.TrimSpace(inside), ")")
	if i := strings.LastIndexByte(name, '/'); i >= 0 { // java.base/java.lang.X
		name = name[i+1:]
	}
	if strings.Contains(inside, ":") && !strings.Contains(inside, " ") {
		place := strings.TrimPrefix(inside, "file://")
		if !strings.HasPrefix(place, "node:") {
			place, _, _ = strings.Cut(place, ":")
		}
		return frame{function: name, file: place}, true
	}
	return frame{function: name}, isOneWord(name) && strings.Contains(name, ".")
}

// phpFrame parses "#3 /app/Pay.php(12): App\Pay->charge()".
func phpFrame(line string) (frame, bool) {
	number, rest, ok := strings.Cut(line[1:], " ")
	if !ok || !allBytes(number, isDigit) {
		return frame{}, false
	}
	if rest == "{main}" {
		return frame{function: "runtime.main"}, true
	}
	place, call, ok := strings.Cut(rest, "): ")
	file, _, _ := strings.Cut(place, "(")
	call, _, _ = strings.Cut(call, "(")
	call = strings.ReplaceAll(call, "->", ".")
	return frame{function: call, file: file}, ok
}

// rubyFrame parses "from /app/pay.rb:12:in 'charge'", and the first frame, which ends
// with the error.
func rubyFrame(line string) (frame, bool) {
	line = strings.TrimPrefix(line, "from ")
	file, rest, ok := strings.Cut(line, ".rb:")
	if !ok || !isOneWord(file) {
		return frame{}, false
	}
	_, rest, in := strings.Cut(rest, ":in ")
	name, message, _ := strings.Cut(rest, ": ")
	return frame{function: strings.Trim(name, "`'"), file: file + ".rb", message: message}, in
}

// goFunction parses "pkg/path.(*T).Method(0x1, …)". The arguments are dropped: they are
// addresses. A pointer receiver loses its parentheses and asterisk.
func goFunction(line string) (string, bool) {
	if !strings.HasSuffix(line, ")") {
		return "", false
	}
	name := line[:strings.LastIndexByte(line, '(')+1]
	name = strings.TrimSuffix(name, "(")
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || !isOneWord(name) || strings.ContainsAny(name, "=:\"'") {
		return "", false
	}
	return strings.NewReplacer("(*", "", ")", "").Replace(name), true
}
