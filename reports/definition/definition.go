// Package definition reads report definitions, reports/*.yaml, and checks the lead's notes,
// reports/words/NAME/PERIOD.md. It is pure.
//
//	name: payments-weekly        # default: the file's name; its address is /reports/NAME
//	title: Payments, week by week
//	kind: weekly                 # daily, weekly or monthly
//	zone: Asia/Shanghai          # IANA name
//	publish: "08:00"             # local time; default: when the grace for late data is over
//	scope:                       # default: everything; what is given must all match
//	  teams: [payments]
//	  services: [checkout]
//	  labels: {tier: ["1"]}
//	sections: [objectives, incidents]   # default: all of the kind
//	recipients: [lead@example.org, ops] # mail addresses and configured channels
//	quiet: {from: "22:00", to: "08:00"} # local time in which nothing is sent
package definition

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/period"
)

// Folder is the folder of definitions, WordsFolder that of the lead's notes.
const (
	Folder      = "reports/"
	WordsFolder = "reports/words/"
)

// Bounds of one definition: far more than people write.
const (
	// A definition that is longer is refused by the YAML reader.
	maxBytes      = 64 << 10
	maxWords      = 64 << 10
	maxRecipients = 100
	maxListed     = 1000 // teams, services and label values of a scope
)

// IsDefinition reports whether a repository path is a report definition. Files in
// folders below reports/, such as the lead's notes, are not.
func IsDefinition(p string) bool {
	return path.Dir(p)+"/" == Folder && (strings.HasSuffix(p, ".yaml") || strings.HasSuffix(p, ".yml"))
}

// Words returns the report and the period whose notes are at a path; ok is false for
// any other path. Only the form of the path is checked here; CheckWords checks whether
// the report and the period exist.
func Words(p string) (name, id string, ok bool) {
	rest, found := strings.CutPrefix(p, WordsFolder)
	if !found {
		return "", "", false
	}
	name, file, _ := strings.Cut(rest, "/")
	id, md := strings.CutSuffix(file, ".md")
	return name, id, md && name != "" && !strings.Contains(id, "/")
}

// nameForm is the form of OpenSLO names: it makes an address without escapes.
var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Parse reads one definition. The definition is valid only when no problem is an Error.
func Parse(file string, data []byte) (reports.Definition, []postmortems.Problem) {
	return ParseFor(compile.All(), file, data)
}

// ParseFor is Parse for a table of sections: a definition may choose any of them and no
// other. The result has the hash of the file, by which a definition is recognized as
// changed. All problems are found in one run.
func ParseFor(table compile.Sections, file string, data []byte) (reports.Definition, []postmortems.Problem) {
	r := &reader{path: file, sections: table.Keys()}
	doc, issues := yamldoc.Parse(data, yamldoc.Limits{Bytes: maxBytes})
	if doc == nil {
		r.issues(issues)
		return reports.Definition{}, r.problems
	}
	sum := sha256.Sum256(data)
	d := r.definition(doc.Root())
	d.Path, d.Hash = file, hex.EncodeToString(sum[:])
	// Last, since a key is known when it has been read.
	_ = doc.Root().Unknown() // reports them
	r.issues(doc.Issues())
	return d, r.problems
}

// reader reads one file and collects its problems.
type reader struct {
	path     string
	sections []string // keys
	problems []postmortems.Problem
}

// find adds a problem of one rule at a value of the file.
func (r *reader) find(rule string, at yamldoc.Value, message string) {
	r.problems = append(r.problems, postmortems.Problem{
		Path: r.path, Line: at.Line(), Col: at.Col(), Weight: postmortems.Error, Rule: rule, Message: message, Excerpt: at.Excerpt(),
	})
}

// issues adds the problems of the YAML reader; all are of one rule.
func (r *reader) issues(all []yamldoc.Issue) {
	for _, i := range all {
		r.problems = append(r.problems, postmortems.Problem{
			Path: r.path, Line: i.Line, Col: i.Col, Weight: postmortems.Error, Rule: ruleForm, Message: i.Msg, Excerpt: i.Excerpt,
		})
	}
}

// definition reads all keys but not those that need other files: whether another file
// has the same name, or whether recipients can be reached, is checked by callers. The
// name defaults to that of the file, the title to the name. The zone "Local" is
// refused: it would be that of the server.
func (r *reader) definition(m *yamldoc.Map) (d reports.Definition) {
	d.Name = m.Value("name").String()
	if d.Name == "" {
		d.Name = strings.TrimSuffix(strings.TrimSuffix(path.Base(r.path), ".yaml"), ".yml")
	}
	if !nameForm.MatchString(d.Name) {
		r.find(ruleName, m.Key("name"), "the name is part of the address: small letters, digits and hyphens, at most 63, not "+quoted(d.Name))
	}
	d.Title = m.Value("title").String()
	if d.Title == "" {
		d.Title = d.Name
	}
	d.Kind = period.Kind(m.Value("kind").String())
	if !d.Kind.Valid() {
		r.find(ruleKind, m.Key("kind"), "kind must be daily, weekly or monthly, not "+quoted(string(d.Kind)))
	}
	d.Zone = m.Value("zone").String()
	if d.Zone == "" {
		r.find(ruleZone, m.Key("zone"), "the report states no zone; add one, such as zone: Asia/Shanghai or zone: UTC")
	} else if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "Local" {
		r.find(ruleZone, m.Key("zone"), "zone must be a zone of the tz database such as Asia/Shanghai, not "+quoted(d.Zone))
	}
	d.Publish = r.publish(m.Value("publish"))
	d.Scope = r.scope(m.Value("scope"))
	d.Sections = r.chosen(m.Value("sections"))
	d.Recipients = r.recipients(m.Value("recipients"))
	d.Quiet = r.quiet(m.Value("quiet"))
	return d
}

// quoted returns a text in quotes, cut at 60 runes: it comes from a file of any length.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return `"` + s + `"`
}

// publish reads the time of publication as the time since midnight; nil means that the
// report is published when the grace for late data is over.
func (r *reader) publish(v yamldoc.Value) *time.Duration {
	text := v.String()
	if text == "" {
		return nil
	}
	d, ok := timeOfDay(text)
	if !ok {
		r.find(rulePublish, v, "publish must be a time of day such as \"08:00\", not "+quoted(text))
		return nil
	}
	return &d
}

// quiet reads the hours in which nothing is sent. They span midnight when "from" is after
// "to".
func (r *reader) quiet(v yamldoc.Value) *reports.QuietHours {
	if !v.Present() {
		return nil
	}
	m := v.Map()
	from, begins := timeOfDay(m.Value("from").String())
	to, ends := timeOfDay(m.Value("to").String())
	_ = m.Unknown() // reports them
	if !begins || !ends || from == to {
		r.find(ruleQuiet, v, "quiet needs two different times of day, such as {from: \"22:00\", to: \"08:00\"}")
		return nil
	}
	return &reports.QuietHours{From: from, To: to}
}

// timeOfDay returns hours and minutes as the time since midnight; ok is false for any
// other text. 24:00 is no time of day; midnight is 00:00.
func timeOfDay(text string) (time.Duration, bool) {
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

// scope reads what the report is about. The zero Scope is the whole organisation. A
// scope that is present but empty is refused: it could mean everything or nothing.
func (r *reader) scope(v yamldoc.Value) (s reports.Scope) {
	m := v.Map()
	s.Teams, s.Services = m.Value("teams").Strings(), m.Value("services").Strings()
	n := len(s.Teams) + len(s.Services)
	for name, values := range m.Value("labels").Map().All() {
		if s.Labels == nil {
			s.Labels = map[string][]string{}
		}
		s.Labels[name] = values.Strings()
		n += len(s.Labels[name])
		if len(s.Labels[name]) == 0 {
			r.find(ruleScope, values, "a label needs at least one value")
		}
	}
	_ = m.Unknown() // reports them
	if v.Present() && n == 0 {
		r.find(ruleScope, v, "the scope is empty; leave it out for the whole organisation")
	}
	if n > maxListed {
		r.find(ruleScope, v, "the scope names more than 1,000 things; use a team or a label")
	}
	return s
}

// chosen reads the sections. nil means all of the kind. The list is cut before it is
// compared with itself, which takes quadratic time.
func (r *reader) chosen(v yamldoc.Value) []string {
	keys := v.Strings()
	if most := 2 * len(r.sections); len(keys) > most {
		r.find(ruleSection, v, fmt.Sprintf("%d sections are named; a report has at most %d", len(keys), len(r.sections)))
		keys = keys[:most]
	}
	for n, k := range keys {
		if !slices.Contains(r.sections, k) {
			r.find(ruleSection, v, "there is no section "+quoted(k)+"; there are "+strings.Join(r.sections, ", "))
		}
		if slices.Contains(keys[:n], k) {
			r.find(ruleSection, v, "the section "+quoted(k)+" is named twice")
		}
	}
	return keys
}

// recipients reads who receives the report. A text without an at sign is the name of a
// channel. Of a mail address only the address is stored, without a name.
func (r *reader) recipients(v yamldoc.Value) (all []reports.Recipient) {
	for n, text := range v.Strings() {
		if n == maxRecipients {
			r.find(ruleRecipient, v, "at most 100 recipients; use a mailing list")
			break
		}
		if !strings.Contains(text, "@") {
			all = append(all, reports.Recipient{Kind: text})
			continue
		}
		a, err := mail.ParseAddress(text)
		if err != nil {
			r.find(ruleRecipient, v, quoted(text)+" is not a mail address")
			continue
		}
		all = append(all, reports.Recipient{Kind: "mail", Address: a.Address})
	}
	return all
}

// Duplicate returns the problem of a file that defines a report of another file's name.
// first is the path of the other file. Callers order files by path, so the problem is
// the same each time.
func Duplicate(file, name, first string) postmortems.Problem {
	return postmortems.Problem{Path: file, Line: 1, Col: 1, Weight: postmortems.Error, Rule: RuleDuplicate,
		Message: "the report " + name + " is already defined in " + first}
}

// CheckWords checks a file of the lead's notes by its path and size, and returns its
// problems. kinds has the kind of each report by its name. The content is Markdown and
// is not checked. Only path and size are needed, so a file that is too large is never
// read.
func CheckWords(file string, size int64, kinds map[string]period.Kind) []postmortems.Problem {
	problem := func(message string) []postmortems.Problem {
		return []postmortems.Problem{{Path: file, Line: 1, Col: 1, Weight: postmortems.Error, Rule: ruleWords, Message: message}}
	}
	name, id, ok := Words(file)
	if !ok {
		return problem("notes for a report are in reports/words/NAME/PERIOD.md, such as reports/words/weekly/2026-W47.md")
	}
	kind, known := kinds[name]
	if !known {
		return problem("there is no report " + quoted(name))
	}
	if _, err := period.Of(kind, id, time.UTC); err != nil {
		return problem(quoted(id) + " is not a " + string(kind) + " period: days are 2026-11-21, weeks 2026-W47, months 2026-11")
	}
	if size > maxWords {
		return problem("the notes are longer than 64 KiB; a report's first screen has room for a few sentences")
	}
	return nil
}
