package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// site is one place of a file that can be changed.
type site struct {
	file     string
	line     int
	text     []byte // of the whole file
	from, to int    // bytes that are replaced
	with     string
}

// source returns the file with the change.
func (s site) source() []byte {
	return append(append(bytes.Clone(s.text[:s.from]), s.with...), s.text[s.to:]...)
}

// String returns the place and the change in one line.
func (s site) String() string {
	short := func(t string) string {
		t = strings.Join(strings.Fields(t), " ")
		if len(t) > 60 {
			t = t[:60] + "…"
		}
		return t
	}
	with := s.with
	if with == "" {
		with = "(removed)"
	}
	return fmt.Sprintf("%s:%d: %s  ->  %s", s.file, s.line, short(string(s.text[s.from:s.to])), short(with))
}

// sitesOf returns every place of the production code of a folder that can be changed.
func sitesOf(folder string) ([]site, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []site
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		f := finder{set: set, text: text, name: name}
		for _, d := range tree.Decls {
			if f.all = all; isFunction(d) {
				ast.Inspect(d, f.visit)
			}
			all = f.all
		}
	}
	return all, nil
}

func isFunction(d ast.Decl) bool {
	_, ok := d.(*ast.FuncDecl)
	return ok
}

// finder collects the sites of one file.
type finder struct {
	set  *token.FileSet
	text []byte
	name string
	all  []site
}

func (f *finder) add(from, to token.Pos, with string) {
	at := f.set.Position(from)
	f.all = append(f.all, site{file: f.name, line: at.Line, text: f.text, from: at.Offset, to: f.set.Position(to).Offset, with: with})
}

func (f *finder) textOf(n ast.Node) string {
	return string(f.text[f.set.Position(n.Pos()).Offset:f.set.Position(n.End()).Offset])
}

func (f *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		for _, with := range otherOperators(n.Op) {
			f.add(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), with)
		}
	case *ast.BasicLit:
		if i, err := strconv.Atoi(n.Value); err == nil && n.Kind == token.INT {
			f.add(n.Pos(), n.End(), strconv.Itoa(i+1))
		}
	case *ast.Ident:
		if n.Name == "true" || n.Name == "false" {
			f.add(n.Pos(), n.End(), strconv.FormatBool(n.Name == "false"))
		}
	case *ast.IfStmt:
		f.add(n.Cond.Pos(), n.Cond.End(), "!("+f.textOf(n.Cond)+")")
	case *ast.ExprStmt, *ast.IncDecStmt:
		f.add(n.Pos(), n.End(), "")
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			f.add(n.Pos(), n.End(), "")
		}
	case *ast.BranchStmt:
		if n.Label == nil && n.Tok == token.CONTINUE {
			f.add(n.Pos(), n.End(), "")
		}
	}
	return true
}

// otherOperators returns what an operator is replaced with, one at a time.
func otherOperators(op token.Token) []string {
	switch op {
	case token.LSS:
		return []string{"<=", ">="}
	case token.LEQ:
		return []string{"<", ">"}
	case token.GTR:
		return []string{">=", "<="}
	case token.GEQ:
		return []string{">", "<"}
	case token.EQL:
		return []string{"!="}
	case token.NEQ:
		return []string{"=="}
	case token.LAND:
		return []string{"||"}
	case token.LOR:
		return []string{"&&"}
	case token.ADD:
		return []string{"-"}
	case token.SUB:
		return []string{"+"}
	case token.MUL:
		return []string{"/"}
	case token.QUO:
		return []string{"*"}
	}
	return nil
}
