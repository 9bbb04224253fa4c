package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo/openslo"
)

// definitions judges the services and objectives of a working tree together:
// they name each other. Of a single file only its own findings are told, but it
// is judged among the others of its repository.
func (l *linter) definitions(arg string) error {
	root, only := arg, ""
	if info, err := os.Stat(arg); err != nil {
		return fault.Wrap(fault.NotFound, "lint", arg+" cannot be read", err)
	} else if !info.IsDir() {
		only = repoPath(arg)
		if !openslo.IsDefinition(only) {
			return nil
		}
		abs, err := filepath.Abs(arg)
		if err != nil {
			return fault.Wrap(fault.Invalid, "lint", "the path of "+arg+" cannot be made absolute", err)
		}
		root = strings.TrimSuffix(filepath.ToSlash(abs), "/"+only)
	}
	files, problems, err := readDefinitions(root)
	if err != nil {
		return err
	}
	if !postmortems.HasError(problems) { // what cannot be read defines nothing
		_, linked := openslo.Link(files)
		problems = append(problems, linked...)
	}
	for _, p := range problems {
		if only == "" || p.Path == only {
			l.problems = append(l.problems, p)
		}
	}
	if l.files += len(files); only != "" {
		l.files += 1 - len(files)
	}
	return nil
}

// readDefinitions reads what lies below slos/ and services/ of a working tree.
func readDefinitions(root string) (files []openslo.File, problems []postmortems.Problem, err error) {
	for _, folder := range []string{"services", "slos"} {
		dir := filepath.Join(root, folder)
		if _, err := os.Stat(dir); err != nil {
			continue // a tree need not have it
		}
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, name)
			path := filepath.ToSlash(rel)
			if err != nil || !d.Type().IsRegular() || !openslo.IsDefinition(path) {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
			}
			file, found := openslo.Parse(path, data)
			files, problems = append(files, file), append(problems, found...)
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return files, problems, nil
}
