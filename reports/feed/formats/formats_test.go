package formats_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/incident"
)

// only returns the elements of list that are in want: formats that are added later
// change no test.
func only(list, want []string) (out []string) {
	for _, x := range list {
		if slices.Contains(want, x) {
			out = append(out, x)
		}
	}
	return out
}

// The names are in addresses, in stored facts and in people's configurations: none
// may change.
func TestNames(t *testing.T) {
	want := []string{
		"alertmanager", "ndjson", "pagerduty", "cloudevents", "opsgenie", "grafana-oncall", "statuspage", "mysql-slow-log", "pg-stat-statements",
	}
	if diff := cmp.Diff(want, only(formats.Names(formats.All()), want)); diff != "" {
		t.Error(diff)
	}
}

func TestFormatsAreWhole(t *testing.T) {
	names := map[string]bool{}
	for _, f := range formats.All() {
		t.Run(f.Name, func(t *testing.T) {
			if !regexp.MustCompile(`^[a-z][a-z-]*[a-z]$`).MatchString(f.Name) || names[f.Name] {
				t.Errorf("%q is no name for an address, or another format has it", f.Name)
			}
			names[f.Name] = true
			if f.Title == "" || f.Decoder == nil || f.Sends == "" || strings.Contains(f.Sends, "\n") || len(f.Sends) > 80 {
				t.Errorf("a format needs a title, a decoder and a line about what sends it: %+v", f)
			}
			if s := f.Signature; s != nil && (s.Header == "" || s.Valid == nil || s.SecretsKey == "" || s.OnlyKey == "") {
				t.Errorf("a signature needs a header, a check and its settings: %+v", s)
			}
			if got, ok := formats.Find(formats.All(), f.Name); !ok || got.Title != f.Title {
				t.Errorf("found %+v, %v", got, ok)
			}
		})
	}
	if f, ok := formats.Find(formats.All(), "made-up"); ok || f.Name != "" {
		t.Errorf("found %+v", f)
	}
}

// Where sources disagree about an incident, the order of trust decides: each form has a
// place of its own, below what people enter.
func TestTrust(t *testing.T) {
	var order []string
	trusts := map[int]string{}
	for _, f := range incident.DefaultPolicy(formats.Incidents(formats.All())...).Forms {
		order = append(order, f.Name+": "+f.Title)
		if other, taken := trusts[f.Trust]; taken || f.Trust <= 0 {
			t.Errorf("%s has the trust %d, and so has %q", f.Name, f.Trust, other)
		}
		trusts[f.Trust] = f.Name
	}
	want := []string{
		"postmortem: post-mortem", "portal: entered here", "ndjson: NDJSON", "opsgenie: Opsgenie", "pagerduty: PagerDuty",
		"grafana-oncall: Grafana OnCall", "cdevents: CDEvents", "alertmanager: Alertmanager", "statuspage: status page",
	}
	if diff := cmp.Diff(want, only(order, want)); diff != "" {
		t.Error(diff)
	}
}

// TestEveryPackageIsListed finds the packages that export a format, and what the tests
// of each must have.
func TestEveryPackageIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, f := range formats.All() {
		listed[packageOf(f)] = true
	}
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	code, tests := map[string]string{}, map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Base(filepath.Dir(name))
		if strings.HasSuffix(name, "_test.go") {
			tests[folder] += string(text)
		} else {
			code[folder] += string(text)
		}
	}
	found := 0
	for folder, text := range code {
		if !strings.Contains(text, "func Format() feed.Format") {
			continue
		}
		found++
		if !listed[folder] {
			t.Errorf("reports/feed/%s has a format that formats.All does not list", folder)
		}
		for _, want := range []string{"func FuzzDecode(", "feedtest.KeepsSource("} {
			if !strings.Contains(tests[folder], want) {
				t.Errorf("the tests of reports/feed/%s have no %s…)", folder, want)
			}
		}
	}
	if found != len(listed) {
		t.Errorf("%d packages have a format, %d formats are listed", found, len(listed))
	}
}

// packageOf returns the folder of the package of a format's decoder.
func packageOf(f feed.Format) string {
	return filepath.Base(reflect.TypeOf(f.Decoder).PkgPath())
}
