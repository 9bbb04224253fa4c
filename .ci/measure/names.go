package main

import (
	"fmt"
	"go/ast"
	"go/token"
)

// declarations measures functions and counts which exported names are documented.
func (m *measures) declarations(set *token.FileSet, tree *ast.File) {
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			m.function(set, d)
			if d.Name.IsExported() && receiverExported(d) {
				m.name(set, d.Name, d.Doc != nil)
			}
		case *ast.GenDecl:
			m.general(set, d)
		}
	}
}

func (m *measures) function(set *token.FileSet, f *ast.FuncDecl) {
	at := set.Position(f.Pos())
	lines := set.Position(f.End()).Line - at.Line + 1
	cyclomatic := cyclomaticOf(f)
	parameters := f.Type.Params.NumFields()
	m.functionLines = append(m.functionLines, lines)
	m.cyclomatic = append(m.cyclomatic, cyclomatic)
	m.parameters = append(m.parameters, parameters)
	over := func(what string, n, most int) {
		if n > most {
			m.faults = append(m.faults, fmt.Sprintf("%s:%d: %s: %s %d, at most %d", at.Filename, at.Line, f.Name.Name, what, n, most))
		}
	}
	over("lines", lines, mostFunctionLines)
	over("cyclomatic", cyclomatic, mostCyclomatic)
	over("parameters", parameters, mostParameters)
	if f.Name.Name == "init" && f.Recv == nil {
		m.inits++
		m.faults = append(m.faults, fmt.Sprintf("%s:%d: init", at.Filename, at.Line))
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "panic" {
				m.panics++
			}
		}
		return true
	})
}

// cyclomaticOf returns one more than the branches of a function, those of the
// function literals in it included.
func cyclomaticOf(f *ast.FuncDecl) int {
	n := 1
	ast.Inspect(f, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

func (m *measures) general(set *token.FileSet, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				m.name(set, s.Name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() {
					m.name(set, name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
				}
			}
		}
	}
}

func (m *measures) name(set *token.FileSet, name *ast.Ident, documented bool) {
	m.exported++
	if documented {
		m.documented++
		return
	}
	at := set.Position(name.Pos())
	m.faults = append(m.faults, fmt.Sprintf("%s:%d: %s is exported and has no comment", at.Filename, at.Line, name.Name))
}

// receiverExported reports whether a function has no receiver or one of an exported type.
func receiverExported(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return true
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
