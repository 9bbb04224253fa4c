package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/yamldoc"
)

// Limits of the file, far beyond what a configuration needs.
const (
	maxFileBytes = 64 << 10
	maxFileKeys  = 1024
	maxFileDepth = 4
	// maxSecretFile bounds a file that holds one secret, in bytes.
	maxSecretFile = 4 << 10
)

// Lookup returns an environment variable, as os.LookupEnv does.
type Lookup func(name string) (value string, ok bool)

// Sources are the inputs of a configuration. Each may be zero.
type Sources struct {
	File     string                            // name of the file, for messages
	Data     []byte                            // its contents
	Env      Lookup                            // an empty variable is ignored
	ReadFile func(path string) ([]byte, error) // for POSTERN_X_FILE
	Flags    map[string]string                 // by key, without the flags that were not given
}

// Problem is one error in a configuration.
type Problem struct {
	Place string // "postern.yaml:3:7", "POSTERN_LISTEN", "--listen", or the key of a default
	Msg   string // what is wrong and how to fix it, in one line
}

// String returns the problem in the form that commands print.
func (p Problem) String() string { return p.Place + ": error: " + p.Msg }

// Problems are all errors in a configuration, in the order of the sources: defaults,
// file, environment, flags, and then combinations.
type Problems []Problem

// Err returns nil without problems, otherwise one fault.Invalid error with a line for
// each.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return fault.New(fault.Invalid, "config.Load", strings.Join(lines, "\n"))
}

// Load reads a configuration and returns all problems in it. With problems, the Config
// must not be used. Settings that depend on each other are checked only when each is
// valid, so that one mistake is not reported twice.
func Load(src Sources) (Config, Problems) {
	var c Config
	// The settings point into c: reading a setting fills it.
	l := loader{src: src, settings: c.settings(), origin: map[string]string{}}
	if l.src.Env == nil {
		l.src.Env = func(string) (string, bool) { return "", false }
	}
	l.defaults()
	l.file()
	l.environment()
	l.flags()
	if len(l.problems) == 0 {
		l.validate(&c)
	}
	return c, l.problems
}

// loader fills one Config from all sources in turn. A later source replaces the value
// of an earlier one, and origin records where, so that problems name that place.
type loader struct {
	src      Sources
	settings []setting
	origin   map[string]string // key -> last place where it was set
	problems Problems
}

// report adds a problem at a place. The text must not quote a secret.
func (l *loader) report(place, format string, args ...any) {
	l.problems = append(l.problems, Problem{Place: place, Msg: fmt.Sprintf(format, args...)})
}

// stated reports whether a setting was set anywhere, as opposed to having its default
// or being empty.
func (l *loader) stated(key string) bool { return l.origin[key] != "" }

// reportSetting reports a problem at the place where the setting was set, or under its
// key.
func (l *loader) reportSetting(key, format string, args ...any) {
	place := l.origin[key]
	if place == "" {
		place = key
	}
	l.report(place, format, args...)
}

// defaults sets the defaults of the table. A default that is not valid is a defect,
// which the tests of this package find.
func (l *loader) defaults() {
	for _, s := range l.settings {
		if s.preset == "" {
			continue
		}
		if err := s.value.set(s.preset); err != nil {
			l.report(s.key, "the default %v", err)
		}
	}
}

// file reads the YAML file. Groups are mappings, one level deep. Problems of YAML and
// of settings are reported together, in the order of lines. Without a document only the
// problems of YAML are reported. An empty file is an empty configuration.
func (l *loader) file() {
	doc, issues := yamldoc.Parse(l.src.Data, yamldoc.Limits{Bytes: maxFileBytes, Keys: maxFileKeys, Depth: maxFileDepth})
	if doc != nil {
		groups := map[string]*yamldoc.Map{"": doc.Root()}
		for _, s := range l.settings {
			l.fileValue(groups, s)
		}
		for _, name := range groupNames(l.settings) {
			for range groups[name].Unknown() {
				continue // reading the unknown keys reports them
			}
		}
		issues = doc.Issues()
	}
	slices.SortStableFunc(issues, func(a, b yamldoc.Issue) int { return a.Line - b.Line })
	for _, i := range issues {
		l.report(l.filePlace(i.Line, i.Col), "%s", i.Msg)
	}
}

// fileValue reads one setting from the file, if it is there. A key without a value is a
// problem: it may be meant as the default or as empty. groups has the mappings that
// were requested so far, by group; each must be one Map, which records its known keys.
func (l *loader) fileValue(groups map[string]*yamldoc.Map, s setting) {
	group, name := splitKey(s.key)
	if groups[group] == nil {
		groups[group] = groups[""].Value(group).Map()
	}
	if !groups[group].Has(name) {
		return
	}
	v := groups[group].Value(name)
	if !v.Present() {
		v.Report("%s has no value: give it one, or remove the line for the default", s.key)
		return
	}
	s.value.read(v)
	l.origin[s.key] = l.filePlace(v.Line(), v.Col())
}

// filePlace returns a position in the file, for problems.
func (l *loader) filePlace(line, col int) string {
	return fmt.Sprintf("%s:%d:%d", l.src.File, line, col)
}

// environment reads the environment variables. An empty variable is ignored, because
// compose files and unit files pass variables that are not set as empty ones.
func (l *loader) environment() {
	for _, s := range l.settings {
		name := s.env()
		text, ok := l.src.Env(name)
		if s.secret() {
			text, name, ok = l.secretVariable(name, text)
		}
		if !ok || text == "" {
			continue
		}
		if err := s.value.set(text); err != nil {
			l.report(name, "%s %v", s.key, err)
			continue
		}
		l.origin[s.key] = name
	}
}

// secretVariable reads a secret from its variable, or from the file that the variable
// with _FILE names, as container platforms mount secrets. from is the variable that was
// used, for problems; ok is false without a value or with a problem, which it reports.
// It is an error to set both. A line end at the end of the file is not part of the
// secret. The message never has the cause, which could quote the file.
func (l *loader) secretVariable(name, text string) (value, from string, ok bool) {
	path, _ := l.src.Env(name + "_FILE")
	switch {
	case path == "":
		return text, name, text != ""
	case text != "":
		l.report(name, "both %s and %s_FILE are set: remove one", name, name)
		return "", "", false
	case l.src.ReadFile == nil:
		l.report(name+"_FILE", "files cannot be read here")
		return "", "", false
	}
	data, err := l.src.ReadFile(path)
	if err != nil || len(data) > maxSecretFile {
		l.report(name+"_FILE", "the file cannot be read, or is larger than %d bytes", maxSecretFile)
		return "", "", false
	}
	return strings.TrimRight(string(data), "\r\n"), name + "_FILE", true
}

// flags reads the flags. A key that is no flag, or that of a secret, is a problem: the
// command line is built from Flags, so this is a defect of the caller.
func (l *loader) flags() {
	known := map[string]bool{}
	for _, s := range l.settings {
		if s.secret() {
			continue
		}
		known[s.key] = true
		text, given := l.src.Flags[s.key]
		if !given {
			continue
		}
		if err := s.value.set(text); err != nil {
			l.report("--"+s.flag(), "%s %v", s.key, err)
			continue
		}
		l.origin[s.key] = "--" + s.flag()
	}
	for key := range l.src.Flags {
		if !known[key] {
			l.report(key, "there is no such flag")
		}
	}
}

// splitKey splits a key into group and name: "access", "read" for "access.read". A key
// without a dot is of the top level, whose group is "".
func splitKey(key string) (group, name string) {
	if group, name, found := strings.Cut(key, "."); found {
		return group, name
	}
	return "", key
}

// groupNames returns the groups in the order of the table, the top level first.
func groupNames(settings []setting) []string {
	names := []string{""}
	for _, s := range settings {
		if group, _ := splitKey(s.key); !slices.Contains(names, group) {
			names = append(names, group)
		}
	}
	return names
}
