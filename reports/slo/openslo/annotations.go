package openslo

import (
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// prefix is the prefix of the annotations of this package.
const prefix = "postern/"

// The annotations of services and of objectives. The names are without prefix, in the
// spelling with hyphens. The package comment has the meaning of each.
const (
	noteOwner     = "owner"
	noteTeam      = "team"
	noteTier      = "tier"
	noteZone      = "on-call-zone"
	noteDepends   = "depends-on"
	noteDatabases = "databases"

	noteEffective = "effective-from"
	noteMinEvents = "min-events"
	noteEmpty     = "empty-slice"
)

// notes are the annotations of one object that this package reads, by their names
// without prefix.
type notes map[string]annotation

// notes returns the annotations with the given names, and adds a finding for each other
// one that has our prefix. An annotation with the prefix precedes one without.
// Annotations without the prefix and with an unknown name belong to other tools and are
// no finding. The map is never nil.
func (r *reader) notes(meta metadata, known ...string) notes {
	out := notes{}
	for key, a := range meta.annotations {
		name, ours := strings.CutPrefix(key, prefix)
		// The spelling of labels of Prometheus, which have no hyphens.
		name = strings.ReplaceAll(name, "_", "-")
		switch {
		case slices.Contains(known, name):
			if _, taken := out[name]; !taken || ours {
				out[name] = a
			}
		case ours:
			hint := ""
			if near := yamldoc.Nearest(name, known); near != "" {
				hint = ": did you mean " + prefix + near + "?"
			}
			r.find(ruleAnnotation, a.at, "nothing reads the annotation %s%s", key, hint)
		}
	}
	return out
}

// text returns an annotation, "" if it is missing.
func (n notes) text(name string) string { return strings.TrimSpace(n[name].text) }

// list returns names separated by commas or blanks, without duplicates. The order is
// that of the text. It returns nil for a missing annotation.
func (n notes) list(name string) []string {
	var out []string
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(n[name].text, func(c rune) bool { return strings.ContainsRune(", \n\t", c) }) {
		if !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}

// plain returns all annotations of an object as texts. It returns nil when there are
// none. Keys are as written, with their prefixes, also those that this package does not
// read: pages show all of them.
func (m metadata) plain() map[string]string {
	if len(m.annotations) == 0 {
		return nil
	}
	out := map[string]string{}
	for key, a := range m.annotations {
		out[key] = a.text
	}
	return out
}

// zone returns an IANA zone, nil for "". "Local" is refused, since it depends on the
// server. Any other text that the tz database does not have adds a finding with the
// rule, and the result is nil as well.
func (r *reader) zone(rule string, text string, at yamldoc.Value) *time.Location {
	if text == "" {
		return nil
	}
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		r.find(rule, at, "%q is not a zone of the tz database, such as Asia/Shanghai or UTC", text)
		return nil
	}
	return zone
}
