package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/wording"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

func newLint(term terminal, g *globals) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "lint PATH…",
		Short: "Judge files or working trees by the rules the server judges a push by",
		Args:  atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			conf, err := load(term, g, nil)
			if err != nil {
				return err
			}
			l := linter{
				gate:     newFileGate(conf.Limits),
				renderer: markdown.New(markdown.Options{}),
				policy:   postmortems.Policy{SeverityAliases: conf.SeverityAliases, Now: term.now()},
				reports:  map[string]string{},
			}
			for _, arg := range args {
				if err := l.path(cmd.Context(), arg); err != nil {
					return err
				}
				if err := l.definitions(arg); err != nil {
					return err
				}
			}
			return l.report(term, output)
		},
	}
	cmd.Flags().StringVar(&output, "output", outputText, "text, json or sarif")
	return cmd
}

// linter gathers the problems of files.
type linter struct {
	gate     *fileGate
	renderer postmortems.BodyRenderer
	policy   postmortems.Policy
	problems []postmortems.Problem
	reports  map[string]string // name of a report: the file that defines it
	files    int
}

func (l *linter) path(ctx context.Context, arg string) error {
	info, err := os.Stat(arg)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", arg+" cannot be read", err)
	}
	if !info.IsDir() {
		return l.file(ctx, filepath.Clean(arg), repoPath(arg))
	}
	files, err := treeFiles(ctx, arg)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", arg+" cannot be read", err)
	}
	for _, name := range files {
		if err := l.file(ctx, filepath.Join(arg, filepath.FromSlash(name)), name); err != nil {
			return err
		}
	}
	return nil
}

// repoPath is a file's path inside its repository: what follows the nearest
// folder above that holds .git, else the path as given.
func repoPath(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			rel, err := filepath.Rel(dir, abs)
			if err == nil {
				return filepath.ToSlash(rel)
			}
		}
		if dir == filepath.Dir(dir) {
			return filepath.ToSlash(filepath.Clean(name))
		}
	}
}

func (l *linter) file(ctx context.Context, name, inRepo string) error {
	problems, err := l.gate.judge(name, inRepo)
	if l.problems = append(l.problems, problems...); err != nil || postmortems.HasError(problems) {
		return err // what the gate refuses nobody reads
	}
	if _, ok := postmortems.KindOf(inRepo); !ok {
		return l.settings(name, inRepo)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	l.files++
	_, problems, err = postmortems.Compile(ctx, inRepo, src, l.policy, l.renderer)
	l.problems = append(l.problems, problems...)
	return err
}

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
		fmt.Fprintf(term.err, "%s, %s\n", wording.Plural(l.files, "document"), wording.Plural(len(l.problems), "problem"))
	default:
		return usageError{errors.New("--output is text, json or sarif")}
	}
	if err == nil && postmortems.HasError(l.problems) {
		err = saidError{fault.New(fault.Invalid, "lint", "the content is invalid")}
	}
	return err
}

// finding is a problem in --output json.
type finding struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Weight  string `json:"weight"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

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

// sarif writes the findings in SARIF 2.1.0, for code review tools.
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
