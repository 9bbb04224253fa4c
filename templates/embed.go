// Package templates owns the HTML of the pages. It knows no page struct: the
// structs live with their handlers, and a test there executes every template.
//
// Data layout: layout.html, parts.html and signalparts.html are shared; every other file NAME.html
// is the page NAME and defines "main" (and "aside" where it has one). Parse gives
// one template set a page, so that two pages may define the same block.
package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.html
var files embed.FS

// shared are the files that every page's set begins with.
func shared() []string { return []string{"layout.html", "parts.html", "signalparts.html"} }

// Parse reads every page with the functions it calls. It also gives one hash over
// all files: it changes when any page would.
func Parse(funcs template.FuncMap) (pages map[string]*template.Template, sum string, err error) {
	base, err := template.New("").Funcs(funcs).ParseFS(files, shared()...)
	if err != nil {
		return nil, "", fmt.Errorf("templates: %w", err)
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, "", fmt.Errorf("templates: %w", err)
	}
	pages = map[string]*template.Template{}
	all := sha256.New()
	for _, file := range names {
		b, err := files.ReadFile(file)
		if err != nil {
			return nil, "", fmt.Errorf("templates: %w", err)
		}
		all.Write(b)
		if slices.Contains(shared(), file) {
			continue
		}
		page, err := base.Clone()
		if err == nil {
			page, err = page.New(file).Parse(string(b))
		}
		if err != nil {
			return nil, "", fmt.Errorf("templates: %s: %w", file, err)
		}
		pages[strings.TrimSuffix(file, ".html")] = page
	}
	return pages, hex.EncodeToString(all.Sum(nil)), nil
}
