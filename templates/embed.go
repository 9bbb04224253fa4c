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
	"regexp"
	"slices"
	"strings"
)

//go:embed *.html
var files embed.FS

// shared are the files that every page's set begins with.
func shared() []string { return []string{"layout.html", "parts.html", "signalparts.html"} }

// Texts returns the markup of a text that never varies; see messages.Printer.Constant.
type Texts func(key string) (template.HTML, bool)

// Parse reads every page with the functions it calls. A call {{t "key"}} or
// {{t_html "key"}} of a text without arguments is replaced by the text, so that it
// costs nothing when a page is written. Parse also returns one hash over all files.
func Parse(funcs template.FuncMap, texts Texts) (pages map[string]*template.Template, sum string, err error) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, "", fmt.Errorf("templates: %w", err)
	}
	all, base := sha256.New(), template.New("").Funcs(funcs)
	sources := map[string]string{}
	for _, file := range names {
		b, err := files.ReadFile(file)
		if err != nil {
			return nil, "", fmt.Errorf("templates: %w", err)
		}
		all.Write(b)
		sources[file] = texts.fill(string(b))
	}
	for _, file := range shared() {
		if _, err := base.New(file).Parse(sources[file]); err != nil {
			return nil, "", fmt.Errorf("templates: %s: %w", file, err)
		}
	}
	pages = map[string]*template.Template{}
	for _, file := range names {
		if slices.Contains(shared(), file) {
			continue
		}
		page, err := base.Clone()
		if err == nil {
			page, err = page.New(file).Parse(sources[file])
		}
		if err != nil {
			return nil, "", fmt.Errorf("templates: %s: %w", file, err)
		}
		pages[strings.TrimSuffix(file, ".html")] = page
	}
	return pages, hex.EncodeToString(all.Sum(nil)), nil
}

// fill replaces the calls of texts that never vary. Every other call stays.
func (texts Texts) fill(source string) string {
	call := regexp.MustCompile(`\{\{(?:t|t_html) "([a-z0-9_.]+)"\}\}`)
	return call.ReplaceAllStringFunc(source, func(s string) string {
		if text, ok := texts(call.FindStringSubmatch(s)[1]); ok {
			return string(text)
		}
		return s
	})
}
