package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// measureFolder measures the Go files of one folder, without the folders in it.
func measureFolder(folder string) (measures, error) {
	m := measures{phrases: map[string]int{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return m, err
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return m, err
		}
		if err := m.file(name, source); err != nil {
			return m, err
		}
	}
	return m, nil
}

// file adds one file to the counts.
func (m *measures) file(name string, source []byte) error {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	code, comments, raw := lineKinds(source)
	m.columns(name, source, raw)
	lines := bytes.Count(source, []byte("\n"))
	if lines > mostFileLines {
		m.faults = append(m.faults, fmt.Sprintf("%s:1: %d lines, at most %d", name, lines, mostFileLines))
	}
	if strings.HasSuffix(name, "_test.go") {
		m.testFiles++
		m.testCode += code
		m.testFunctions(tree)
		return nil
	}
	m.files++
	m.code += code
	m.comments += comments
	m.fileLines = append(m.fileLines, lines)
	m.packageComment = m.packageComment || tree.Doc != nil
	if filepath.Base(name) == "doc.go" && len(tree.Decls) > 0 {
		m.faults = append(m.faults, name+":1: doc.go holds more than the package comment")
	}
	m.words(tree)
	m.declarations(set, tree)
	return nil
}

// lineKinds returns how many lines of a file hold code, and how many a comment only. raw
// are the lines with a raw string, which cannot be wrapped.
func lineKinds(source []byte) (code, comments int, raw map[int]bool) {
	raw = map[int]bool{}
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, scanner.ScanComments)
	kind := make(map[int]byte)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && text == "\n" {
			continue
		}
		first := file.Line(pos)
		for i := range strings.Count(text, "\n") + 1 {
			raw[first+i] = raw[first+i] || strings.HasPrefix(text, "`")
			if tok != token.COMMENT {
				kind[first+i] = 'c'
			} else if kind[first+i] == 0 {
				kind[first+i] = '/'
			}
		}
	}
	for _, k := range kind {
		if k == 'c' {
			code++
		} else {
			comments++
		}
	}
	return code, comments, raw
}

// columns counts the lines that are too long, but for those with a raw string.
func (m *measures) columns(name string, source []byte, raw map[int]bool) {
	for i, line := range strings.Split(string(source), "\n") {
		if n := utf8.RuneCountInString(line); n > mostColumns && !raw[i+1] {
			m.longLines++
			m.faults = append(m.faults, fmt.Sprintf("%s:%d: %d columns, at most %d", name, i+1, n, mostColumns))
		}
	}
}

func (m *measures) testFunctions(tree *ast.File) {
	for _, d := range tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		switch {
		case !ok || f.Recv != nil:
		case strings.HasPrefix(f.Name.Name, "Test"):
			m.tests++
		case strings.HasPrefix(f.Name.Name, "Fuzz"):
			m.fuzz++
		case strings.HasPrefix(f.Name.Name, "Benchmark"):
			m.bench++
		}
	}
}

// words counts the phrases in the comments of a file, outside back-quotes.
func (m *measures) words(tree *ast.File) {
	for _, group := range tree.Comments {
		text := strings.Join(strings.Fields(group.Text()), " ")
		for _, p := range phrases() {
			m.phrases[p.String()] += len(p.FindAllString(text, -1))
		}
	}
}
