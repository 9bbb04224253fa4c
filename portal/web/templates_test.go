package web

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/templates"
)

// english returns the printer of the texts in English.
func english(t testing.TB) *messages.Printer {
	t.Helper()
	c, err := messages.New()
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en")
}

// pageStructs are the struct of every template: Go's compiler does not check
// that a template's fields exist, so this test does.
func pageStructs() map[string]any {
	return map[string]any{
		"home": homeView{}, "list": listView{}, "document": documentView{}, "search": searchView{}, "history": historyView{}, "diff": diffView{},
		"drafts": draftsView{}, "services": servicesView{}, "actions": actionsView{}, "rules": rulesView{}, "rule": ruleView{},
		"report": reportView{}, "reports": reportsView{}, "differences": differencesView{}, "jobs": jobsView{}, "deliveries": deliveriesView{},
		"slos": slosView{}, "slo": sloView{},
		"gaps": gapsView{}, "error": errorView{}, "login": loginView{}, "mermaid": mermaidView{},
		"similar": similarView{}, "alert": alertView{},
		"feeds": feedsView{}, "letters": lettersView{},
		"incidents": incidentsView{}, "incident": incidentView{}, "entry": entryView{}, "alerts": alertsView{}, "changes": changesView{},
		"slowsql": slowSQLView{}, "digest": digestView{},
	}
}

func TestEveryTemplateExecutes(t *testing.T) {
	texts := english(t)
	pages, _, err := templates.Parse(templateFuncs(texts), texts.Constant)
	if err != nil {
		t.Fatal(err)
	}
	structs := pageStructs()
	for name, page := range pages {
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
			if err := page.ExecuteTemplate(&b, entry, v); err != nil {
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
