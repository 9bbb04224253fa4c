//go:build unix

package openslo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo/openslo"
)

// services are n services, each of which depends on those that deps names.
func services(n int, deps func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- apiVersion: openslo/v1\n  kind: Service\n  metadata: {name: s%d, annotations: {postern/depends-on: %q}}\n "+
			" spec: {}\n", i, deps(i))
	}
	return b.String()
}

// Definitions of the worst forms are read, linked and reported in linear time.
func TestDefinitionsAreJudgedInLinearTime(t *testing.T) {
	const object = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\nspec: {service: a, objectives: ["
	for name, make := range map[string]func(n int) string{
		"brackets":           func(n int) string { return "a: " + strings.Repeat("[", n) },
		"an open quote":      func(n int) string { return "a: \"" + strings.Repeat("x", n) },
		"a list of words":    func(n int) string { return strings.Repeat("- a\n", n/4) },
		"anchors":            func(n int) string { return strings.Repeat("- &a b\n", n/7) },
		"objectives alike":   func(n int) string { return object + strings.Repeat("{displayName: a, target: 0.9},", n/30) + "]}" },
		"one key many times": func(n int) string { return "{" + strings.Repeat("b: 1,", n/5) + "}" },
		"many services named": func(n int) string {
			return services(1, func(int) string {
				var b strings.Builder
				for i := range n / 6 {
					fmt.Fprintf(&b, "x%x,", i)
				}
				return b.String()
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 16<<10, func(n int) func() {
				data := []byte(make(n))
				return func() {
					f, problems := openslo.Parse("slos/a.yaml", data)
					_, linked := openslo.Link([]openslo.File{f})
					postmortems.FormatProblems(append(problems, linked...), "", 50)
				}
			})
		})
	}
}

// Services that all depend on each other make a few findings of bounded length,
// and a chain as long as a repository is walked.
func TestRingsOfServicesAreBounded(t *testing.T) {
	const n = 300
	dense := func(int) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, "s%d,", k)
		}
		return b.String()
	}
	files := func(deps func(i int) string) (out []openslo.File) {
		for i := range n {
			text := strings.Replace(services(1, func(int) string { return deps(i) }), "name: s0", fmt.Sprintf("name: s%d", i), 1)
			f, _ := openslo.Parse(fmt.Sprintf("services/s%d.yaml", i), []byte(text))
			out = append(out, f)
		}
		return out
	}
	rings, longest := 0, 0
	_, problems := openslo.Link(files(dense))
	for _, p := range problems {
		if strings.Contains(p.Message, "in a ring") {
			rings, longest = rings+1, max(longest, len(p.Message))
		}
	}
	if rings == 0 || rings > 20 || longest > 200 {
		t.Errorf("%d rings, the longest told in %d bytes", rings, longest)
	}
	_, problems = openslo.Link(files(func(i int) string { return fmt.Sprintf("s%d", (i+1)%n) }))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "s0 -> s1 -> ") || !strings.HasSuffix(problems[0].Message, "… -> s0") {
		t.Errorf("one long ring: %v", problems)
	}
}
