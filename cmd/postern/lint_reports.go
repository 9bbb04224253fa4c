package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/definition"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/search/synonyms"
)

// settings judges a file that is no document but says how the portal works:
// report definitions, the lead's words and synonyms.
func (l *linter) settings(name, inRepo string) error {
	words := strings.HasPrefix(inRepo, definition.WordsFolder)
	if !words && !definition.IsDefinition(inRepo) && inRepo != synonyms.Path {
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	l.files++
	switch {
	case words:
		kinds, err := reportKinds(name, inRepo)
		if err != nil {
			return err
		}
		l.problems = append(l.problems, definition.JudgeWords(inRepo, int64(len(data)), kinds)...)
	case inRepo == synonyms.Path:
		_, problems := synonyms.Parse(data)
		l.problems = append(l.problems, problems...)
	default:
		d, problems := definition.Parse(inRepo, data)
		if first, taken := l.reports[d.Name]; taken && first != inRepo {
			problems = append(problems, definition.Twin(inRepo, d.Name, first))
		}
		l.reports[d.Name] = inRepo
		l.problems = append(l.problems, problems...)
	}
	return nil
}

// reportKinds gives the kind of every report that words may be written for: the
// built-in ones and those defined beside the file.
func reportKinds(name, inRepo string) (map[string]period.Kind, error) {
	kinds := map[string]period.Kind{}
	for _, d := range reports.BuiltIn("UTC") {
		kinds[d.Name] = d.Kind
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "lint", "the path of "+name+" cannot be made absolute", err)
	}
	root := strings.TrimSuffix(filepath.ToSlash(abs), inRepo)
	files, err := filepath.Glob(filepath.Join(root, definition.Folder, "*.y*ml"))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "lint", "the reports beside "+name+" cannot be listed", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fault.Wrap(fault.NotFound, "lint", file+" cannot be read", err)
		}
		if d, _ := definition.Parse(definition.Folder+filepath.Base(file), data); d.Name != "" {
			kinds[d.Name] = d.Kind
		}
	}
	return kinds, nil
}
