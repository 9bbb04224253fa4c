package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// newLint returns "postern lint". It exits with 3 when a problem would block a push,
// and with 1 when a folder had nothing to check. It needs no portal: limits and aliases
// are those of the configuration on this machine, which may differ from the server's.
func newLint(term terminal, g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "lint PATH…",
		Short: "Check files or working trees by the rules that a push is checked by",
		Args:  atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			conf, err := load(term, g, nil)
			if err != nil {
				return err
			}
			l := linter{
				limits: conf.Limits, renderer: markdown.New(markdown.Options{}), zone: conf.Reports.Zone, workers: 2 * max(conf.Render.Workers, 1),
				policy: postmortems.Policy{SeverityAliases: conf.SeverityAliases, Now: term.now()},
			}
			if err := l.paths(cmd.Context(), args); err != nil {
				return err
			}
			return l.report(term, output)
		},
	}
	cmd.Flags().StringVar(&output, "output", outputText, "text, json or sarif")
	return cmd
}

// linter collects the problems of files. It is used for one command line. Documents and
// definitions have rules of their own; to other files only the rules for all files
// apply: name, mode, size, content and secrets.
type linter struct {
	limits    config.Limits
	renderer  postmortems.BodyRenderer
	policy    postmortems.Policy
	zone      string // of the built-in reports
	workers   int
	problems  []postmortems.Problem
	notes     []string // printed to stderr after the problems
	empty     []string // folders without anything to check
	documents int      // number of documents, definitions and settings
	others    int      // number of other files
}

// paths checks each path as a push of its repository would be checked. Files are
// grouped by repository, because some rules compare files with one another. The
// problems are sorted by position and have no duplicates. A path that does not exist is
// fault.NotFound. A file that several arguments name counts once.
func (l *linter) paths(ctx context.Context, args []string) error {
	roots := map[string]*lintRoot{}
	var order []*lintRoot
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return fault.Wrap(fault.NotFound, "lint", arg+" cannot be read", err)
		}
		dir, git, rel, err := findRoot(arg, info.IsDir())
		if err != nil {
			return err
		}
		if roots[dir] == nil {
			roots[dir] = &lintRoot{dir: dir, git: git}
			order = append(order, roots[dir])
		}
		if !git {
			l.notes = append(l.notes, fmt.Sprintf("%s is not in a git repository: checked as %s of a repository with the root %s", arg, rel, dir))
		}
		names, _, err := treeFiles(ctx, dir, git)
		if err != nil {
			return fault.Wrap(fault.NotFound, "lint", dir+" cannot be read", err)
		}
		// A folder that holds nothing to check is noted for each argument, also where
		// another argument of the same root has documents.
		only := &lintRoot{asked: []string{rel}}
		if !slices.ContainsFunc(names, func(name string) bool { return only.holds(name) && hasOwner(name) }) {
			l.unread(arg, rel, dir, info.IsDir())
		}
		roots[dir].asked = append(roots[dir].asked, rel)
	}
	for _, root := range order {
		if err := l.checkRoot(ctx, root); err != nil {
			return err
		}
	}
	slices.SortStableFunc(l.problems, func(a, b postmortems.Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	// Overlapping arguments, such as a folder and a file in it, find the same problem
	// twice. Equal problems are adjacent after the sort unless another one has the same
	// position.
	l.problems = slices.Compact(l.problems)
	return nil
}

// report prints the problems in the chosen format. It returns an error when a problem
// would block a push, or when a folder had nothing to check: a check of nothing must
// not pass, or a CI job with a wrong folder would. Warnings do not fail. The formats
// for programs have no notes and no summary.
func (l *linter) report(term terminal, output string) error {
	var err error
	switch output {
	case outputJSON:
		err = l.json(term)
	case "sarif":
		err = l.sarif(term)
	case outputText:
		for _, p := range l.problems {
			fmt.Fprintln(term.out, p)
		}
		for _, note := range l.notes {
			fmt.Fprintln(term.err, postmortems.Printable(note))
		}
		fmt.Fprintf(term.err, "%s, %s%s\n", humanize.Plural(l.documents, "document"), humanize.Plural(len(l.problems), "problem"), l.further())
	default:
		return usageError{errors.New("--output is text, json or sarif")}
	}
	switch {
	case err != nil:
	case postmortems.HasError(l.problems):
		err = saidError{fault.New(fault.Invalid, "lint", "the content is invalid")}
	case len(l.empty) > 0:
		err = fault.New(fault.NotFound, "lint", strings.Join(l.empty, "; "))
	}
	return err
}

// further returns the part of the summary about files that only the rules for all
// files apply to.
func (l *linter) further() string {
	if l.others == 0 {
		return ""
	}
	return "; " + humanize.Plural(l.others, "other file")
}

// unread records a path without a document, definition or setting, to which only the
// rules for all files apply. A file that was named is only noted, since it was checked;
// an empty folder is an error.
func (l *linter) unread(arg, rel, root string, folder bool) {
	if !folder {
		l.notes = append(l.notes, arg+" is not a document, definition or setting: only its name, size and secrets were checked")
		return
	}
	l.empty = append(l.empty, fmt.Sprintf("%s has no document, SLO, service, report or synonyms (it was checked as %s of %s)", arg, rel, root))
}

// finding is a problem in --output json. Line and Col begin at 1, also for a problem of
// the file as a whole. Weight is "error" or "warning".
type finding struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Weight  string `json:"weight"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// json writes the problems as one JSON object with the array problems, which is empty
// and not null without any.
func (l *linter) json(term terminal) error {
	out := struct {
		Problems []finding `json:"problems"`
	}{[]finding{}}
	for _, p := range l.problems {
		out.Problems = append(out.Problems, finding{p.Path, max(p.Line, 1), max(p.Col, 1), p.Weight.String(), p.Rule, p.Message})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return printJSON(term, raw)
}

// sarif writes the findings in SARIF 2.1.0, for code review tools. The weights are
// named as SARIF names levels. URIs are relative to the root of the repository, as
// review tools expect.
func (l *linter) sarif(term terminal) error {
	type object = map[string]any
	results := []object{}
	for _, p := range l.problems {
		results = append(results, object{
			"ruleId": p.Rule, "level": p.Weight.String(), "message": object{"text": p.Message},
			"locations": []object{{"physicalLocation": object{
				"artifactLocation": object{"uri": p.Path},
				"region":           object{"startLine": max(p.Line, 1), "startColumn": max(p.Col, 1)},
			}}},
		})
	}
	raw, err := json.Marshal(object{
		"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"runs": []object{{
			"tool":    object{"driver": object{"name": "postern", "version": version}},
			"results": results,
		}},
	})
	if err != nil {
		return err
	}
	return printJSON(term, raw)
}
