package postmortems

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/yamldoc"
)

func newDocument(t *testing.T, kind Kind, title string) []byte {
	t.Helper()
	src, err := NewDocument(kind, title, "INC-7", testNow())
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestNewDocumentRefusesUnknownKinds(t *testing.T) {
	if _, err := NewDocument("recipe", "x", "", testNow()); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}

// A new document has only problems about values that the author must fill in.
func TestNewDocumentHasOnlyMissingValues(t *testing.T) {
	for _, kind := range Kinds() {
		src := newDocument(t, kind, "Checkout: \"slow\"\n# again")
		path := strings.TrimPrefix(kind.Folder()+"/new.md", "/")
		doc, problems, err := Compile(context.Background(), path, src, testPolicy(), lineRenderer{})
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, p := range problems {
			rules = append(rules, p.Rule)
		}
		var want []string
		if kind == Postmortem {
			want = []string{ruleOwnerMissing}
		}
		if !slices.Equal(rules, want) {
			t.Errorf("%s: %q, want %q\n%s", kind, rules, want, src)
		}
		if doc.Kind != kind || doc.Title != `Checkout: "slow" # again` || doc.Status != StatusDraft || len(doc.Front.Extra) > 0 {
			t.Errorf("%s: %q %s", kind, doc.Title, doc.Status)
		}
		if kind == Postmortem && doc.Front.Incident.Ref != "INC-7" {
			t.Errorf("incident %q", doc.Front.Incident.Ref)
		}
	}
}

func TestNewPostmortem(t *testing.T) {
	golden(t, "new-postmortem", string(newDocument(t, Postmortem, "连接池耗尽")))
}

// Schema and reader know the same keys: every key of the schema is read without a warning, and
// the template has no key that the schema lacks.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(FrontMatterSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	src := "---\n" + sampleOf(t, schema, "") + "---\n"
	_, problems, err := compileText(src)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Rule == ruleKeyUnknown {
			t.Errorf("the schema has a key that is not read: %s", p)
		}
	}
	for _, src := range [][]byte{newDocument(t, Postmortem, "x"), newDocument(t, Guide, "x"), []byte(fullFront)} {
		doc, issues := yamldoc.Parse(Split(src).Front, yamldoc.Limits{})
		if len(issues) > 0 {
			t.Fatal(issues)
		}
		for key, value := range doc.Root().All() {
			if key != "x_custom" {
				inSchema(t, key, schema, value)
			}
		}
	}
}

// inSchema checks that a key of a mapping, and the keys below it, are in the schema.
func inSchema(t *testing.T, key string, schema map[string]any, value yamldoc.Value) {
	t.Helper()
	props, _ := schema["properties"].(map[string]any)
	below, ok := props[key].(map[string]any)
	if !ok {
		t.Errorf("the schema lacks %s", value.Path())
		return
	}
	if value.Mapping() {
		for k, v := range value.Map().All() {
			inSchema(t, k, mapping(below), v)
		}
	}
	for _, item := range value.Items() {
		items, _ := below["items"].(map[string]any)
		if item.Mapping() {
			for k, v := range item.Map().All() {
				inSchema(t, k, mapping(items), v)
			}
		}
	}
}

// mapping returns the alternative of a schema that describes a mapping.
func mapping(schema map[string]any) map[string]any {
	alternatives, _ := schema["anyOf"].([]any)
	for _, a := range alternatives {
		if m, ok := a.(map[string]any); ok && m["properties"] != nil {
			return m
		}
	}
	return schema
}

// sampleOf returns YAML with every key of a schema: null, or the keys below it.
func sampleOf(t *testing.T, schema map[string]any, indent string) string {
	t.Helper()
	props, _ := mapping(schema)["properties"].(map[string]any)
	var out strings.Builder
	for key, p := range props {
		below, _ := p.(map[string]any)
		if items, ok := below["items"].(map[string]any); ok && mapping(items)["properties"] != nil {
			out.WriteString(indent + key + ":\n" + indent + "  -\n" + sampleOf(t, items, indent+"    "))
		} else if mapping(below)["properties"] != nil {
			out.WriteString(indent + key + ":\n" + sampleOf(t, below, indent+"  "))
		} else {
			out.WriteString(indent + key + ": null\n")
		}
	}
	return out.String()
}
