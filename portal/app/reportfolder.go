package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/definition"
	"github.com/postern/postern/reports/deliver"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// prepareReports is the folderOwner of reports/: definitions and the words of the lead.
func (a *App) prepareReports(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error) {
	before, err := a.published.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	j, err := checkReports(ctx, cs, before, a.opt.Config.Reports.Zone)
	if err != nil {
		return nil, err
	}
	for _, d := range j.put {
		j.problems = append(j.problems, a.unreachable(d)...)
	}
	return j, nil
}

// checkReports checks a change set against the definitions before it. zone is the time
// zone of the built-in reports.
func checkReports(ctx context.Context, cs postmortems.ChangeSet, before []reports.Definition, zone string) (*reportChanges, error) {
	j := &reportChanges{byPath: map[string]reports.Definition{}}
	for _, d := range before {
		j.byPath[d.Path] = d
	}
	if err := j.definitions(ctx, cs); err != nil {
		return nil, err
	}
	return j, j.words(ctx, cs, zone)
}

// unreachable returns a warning for each kind of recipient that this portal cannot send
// to. Otherwise the author would learn of it when the first report fails. It is only a
// warning, since the operator may configure the channel later.
func (a *App) unreachable(d reports.Definition) (all []postmortems.Problem) {
	warned := map[string]bool{}
	for _, r := range d.Recipients {
		message := "the channel " + strconv.Quote(r.Kind) + " is not configured on this portal: reports to it fail until its operator states it"
		if r.Kind == string(deliver.Mail) {
			message = "this portal sends no mail: reports to addresses fail until its operator states mail.host"
		}
		if !a.canSend(r.Kind) && !warned[r.Kind] {
			warned[r.Kind] = true
			all = append(all, postmortems.Problem{Path: d.Path, Line: 1, Col: 1, Weight: postmortems.Warning,
				Rule: definition.RuleUnreachable, Message: message})
		}
	}
	return all
}

// reportChanges is what a push changes in reports/; it implements folderChanges.
// Definitions are checked against each other, so byPath has those of the whole
// repository.
type reportChanges struct {
	byPath   map[string]reports.Definition // after the push
	dropped  []string                      // names of definitions
	put      []reports.Definition
	says     []periodWords
	lines    []string
	problems []postmortems.Problem
}

// periodWords are the words of the lead for one period; "" removes them. They may be
// pushed before or after the report is made.
type periodWords struct{ name, period, markdown string }

// definitions checks the definitions that the push adds, changes or removes. A file of
// the folder that is neither a definition nor words is reported: it has no effect.
func (j *reportChanges) definitions(ctx context.Context, cs postmortems.ChangeSet) error {
	for _, c := range cs.Net {
		j.remove(c)
		switch {
		case c.Status == postmortems.Deleted || !strings.HasPrefix(c.Path, definition.Folder):
		case definition.IsDefinition(c.Path):
			if err := j.definition(ctx, cs.Content, c); err != nil {
				return err
			}
		case !strings.HasPrefix(c.Path, definition.WordsFolder):
			j.problems = append(j.problems, postmortems.Problem{
				Path: c.Path, Weight: postmortems.Warning, Rule: definition.RuleUnread,
				Message: "nothing reads this file: definitions are reports/NAME.yaml, words reports/words/NAME/PERIOD.md",
			})
		}
	}
	j.duplicates()
	return nil
}

// remove drops the definitions of the paths that a change leaves: a deleted path, and
// the old path of a renamed file. Reports that were published under them stay readable.
func (j *reportChanges) remove(c postmortems.Change) {
	for _, gone := range []string{c.From, c.Path} {
		d, was := j.byPath[gone]
		if !was || c.Status != postmortems.Deleted && gone != c.From {
			continue
		}
		delete(j.byPath, gone)
		j.dropped = append(j.dropped, d.Name)
		if c.Status == postmortems.Deleted {
			j.lines = append(j.lines, "removed  report "+d.Name+": its reports stay readable, no more are made")
		}
	}
}

// definition reads and checks one definition. A definition with errors refuses the push
// and changes nothing here.
func (j *reportChanges) definition(ctx context.Context, content postmortems.Content, c postmortems.Change) error {
	data, err := blob(ctx, content, c)
	if err == nil {
		err = fault.Wrap(fault.Timeout, "app.reports", "the check was interrupted; push again", ctx.Err())
	}
	if err != nil {
		return err
	}
	d, problems := definition.Parse(c.Path, data)
	j.problems = append(j.problems, problems...)
	if postmortems.HasError(problems) {
		return nil
	}
	// The file now defines a report of another name.
	if old, was := j.byPath[c.Path]; was && old.Name != d.Name {
		j.dropped = append(j.dropped, old.Name)
	}
	j.byPath[c.Path] = d
	j.put = append(j.put, d)
	j.lines = append(j.lines, fmt.Sprintf("%-8s report %s: %s, %s%s", c.Status, d.Name, d.Kind, d.Zone, scopeText(d.Scope)))
	return nil
}

// scopeText returns the scope of a definition for a line of the receipt, with the comma
// that separates it.
func scopeText(s reports.Scope) string {
	if s.Whole() {
		return ", the whole organisation"
	}
	return ", " + s.String()
}

// duplicates reports two files that define the same name. The first in order of paths
// keeps it, so that the finding does not depend on the order of the push.
func (j *reportChanges) duplicates() {
	by := map[string]string{}
	paths := make([]string, 0, len(j.byPath))
	for p := range j.byPath {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		name := j.byPath[p].Name
		if first, taken := by[name]; taken {
			j.problems = append(j.problems, definition.Duplicate(p, name, first))
			continue
		}
		by[name] = p
	}
}

// words checks the words that the push adds, changes or removes. It must run after
// definitions: words may be about a report that the same push defines.
func (j *reportChanges) words(ctx context.Context, cs postmortems.ChangeSet, zone string) error {
	kinds := map[string]period.Kind{}
	for _, d := range reports.BuiltIn(zone) {
		kinds[d.Name] = d.Kind
	}
	for _, d := range j.byPath {
		kinds[d.Name] = d.Kind
	}
	for _, c := range cs.Net {
		// A renamed file takes its words from the old period.
		if name, id, ok := definition.Words(c.From); ok {
			j.says = append(j.says, periodWords{name, id, ""})
		}
		if !strings.HasPrefix(c.Path, definition.WordsFolder) {
			continue
		}
		name, id, ok := definition.Words(c.Path)
		if c.Status == postmortems.Deleted {
			if ok {
				j.says = append(j.says, periodWords{name, id, ""})
				j.lines = append(j.lines, "removed  the words for "+name+" "+id)
			}
			continue
		}
		if problems := definition.CheckWords(c.Path, c.Size, kinds); len(problems) > 0 {
			j.problems = append(j.problems, problems...)
			continue
		}
		data, err := blob(ctx, cs.Content, c)
		if err != nil {
			return err
		}
		j.says = append(j.says, periodWords{name, id, string(data)})
		j.lines = append(j.lines, fmt.Sprintf("%-8s the words for %s %s; the report is revised with them within a quarter of an hour",
			c.Status, name, id))
	}
	return nil
}

// blob reads one changed file. The data is copied, because the callback must not retain
// it.
func blob(ctx context.Context, content postmortems.Content, c postmortems.Change) (out []byte, err error) {
	err = content.Blobs(ctx, []postmortems.OID{c.Blob}, func(_ int, data []byte) error {
		out = append([]byte{}, data...)
		return nil
	})
	return out, fault.Wrap(fault.Internal, "app.reports", "the file cannot be read", err)
}

// Problems implements folderChanges.
func (j *reportChanges) Problems() []postmortems.Problem { return j.problems }

// Lines implements folderChanges.
func (j *reportChanges) Lines() []string { return j.lines }

// Apply implements folderChanges. Definitions are dropped before others are put, so
// that a renamed file that still defines the same name keeps it.
func (j *reportChanges) Apply(w kv.Writer) error {
	for _, name := range j.dropped {
		if err := reportstore.DropDefinition(w, name); err != nil {
			return err
		}
	}
	for _, d := range j.put {
		if err := reportstore.PutDefinition(w, d); err != nil {
			return err
		}
	}
	for _, s := range j.says {
		if err := reportstore.PutWords(w, s.name, s.period, s.markdown); err != nil {
			return err
		}
	}
	return nil
}
