package web_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web/documents"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/incidents"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/portal/web/searching"
	"github.com/postern/postern/portal/web/slos"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/templates"
)

// pageStructs returns the struct of every template: Go's compiler does not check that a
// template's fields exist, so this test does.
func pageStructs(t *testing.T) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, pages := range []map[string]any{page.Pages(), documents.Pages(), searching.Pages(), incidents.Pages(), slos.Pages(),
		reporting.Pages(), feeds.Pages()} {
		for name, data := range pages {
			if _, twice := all[name]; twice {
				t.Errorf("template %s.html has two structs", name)
			}
			all[name] = data
		}
	}
	return all
}

func TestEveryTemplateExecutes(t *testing.T) {
	t.Parallel()
	texts := webtest.Texts(t)
	pages, _, err := templates.Parse(page.Funcs(texts), texts.Constant)
	if err != nil {
		t.Fatal(err)
	}
	structs := pageStructs(t)
	for name, set := range pages {
		data, ok := structs[name]
		if !ok {
			t.Errorf("template %s.html has no struct in this test", name)
			continue
		}
		delete(structs, name)
		entry := "layout"
		if name == "mermaid" {
			entry = "mermaid.html"
		}
		filled := reflect.New(reflect.TypeOf(data)).Elem()
		fill(filled, 0)
		for kind, v := range map[string]any{"zero": data, "filled": filled.Interface()} {
			var b bytes.Buffer
			if err := set.ExecuteTemplate(&b, entry, v); err != nil {
				t.Errorf("%s, %s struct: %v", name, kind, err)
			}
			if out := b.String(); strings.Contains(out, "ZgotmplZ") || strings.Contains(out, "<no value>") {
				t.Errorf("%s, %s struct: the escaper refused a value", name, kind)
			}
		}
	}
	for name := range structs {
		t.Errorf("struct for %s has no template", name)
	}
}

// fill sets every field to something, so that every branch of a template runs.
func fill(v reflect.Value, depth int) {
	const deepest = 6
	if depth > deepest || !v.CanSet() && v.Kind() != reflect.Struct {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 5, 5))
		for i := range v.Len() {
			fill(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	}
}
