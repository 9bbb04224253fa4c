package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// brokenTrees are working trees that break rules of every owner. Each has few
// findings, so that a push names all of them.
func brokenTrees() map[string]map[string]string {
	postmortem := func(front, body string) string {
		return "---\ntitle: T\nowner: o\n" + front + "---\n\n" + body
	}
	slo := func(target string) string {
		return "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: pay-ok\nspec:\n  service: pay\n  indicator:\n    metadata: {name: " +
			"pay-requests}\n    spec:\n      ratioMetric:\n" +
			"        good: {metricSource: {type: ndjson}}\n        total: {metricSource: {type: ndjson}}\n  timeWindow: [{duration: 28d, " +
			"isRolling: true}]\n  budgetingMethod: Occurrences\n  objectives: [{target: " + target + "}]\n"
	}
	return map[string]map[string]string{
		"front matter": {"postmortems/a.md": postmortem("incident: {severity: huge}\nsevrity: x\n", "Text.\n"),
			"guides/b.md": "---\nstatus: complete\n---\n# B\n"},
		"warnings": {"postmortems/a.md": postmortem("times: {started: 2026-10-03 08:04}\n",
			"## Timeline (local time)\n\n- 08:04 a\n- 08:05 b\n")},
		"ids": {"guides/a.md": "---\ntitle: A\nid: same\n---\n", "guides/b.md": "---\ntitle: B\nid: same\n---\n"},
		"links": {"guides/a.md": "# A\n\n[b](b.md) [gone](gone.md) ![x](x.png) [[B]] [[Nothing]] [r](/old) [s](/search)\n",
			"guides/b.md": "---\nredirects: [/old]\n---\n# B\n"},
		"kept back": {"guides/a.md": "# A\n\n[b](b.md)\n", "guides/b.md": "---\ntitle: B\ndraft: true\n---\n",
			"guides/c.md": "---\ntitle: C\npublished: ja\n---\n"},
		"markdown": {"guides/a.md": "# A\n\n<iframe src=\"https://example.com/\"></iframe>\n\n| a | b |\n|--|--|\n| 1 | 2 | 3 " +
			"|\n\n[x](#nowhere)\n"},
		"objectives": {"slos/pay.yaml": slo("99.9")},
		"objectives told": {"slos/pay.yaml": slo("0.999"), "services/x.yaml": "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: " +
			"x}\nspec: {}\n"},
		"two of one SLO": {"slos/a.yaml": slo("0.999"), "slos/b.yaml": slo("0.99")},
		"yaml":           {"services/x.yaml": "a: [\n", "slos/y.yaml": "kind: {\n"},
		"reports": {"reports/bad.yaml": "kind: yearly\nzone: UTC\n", "reports/notes.txt": "x\n",
			"reports/a.yaml": "name: n\nkind: weekly\nzone: UTC\n", "reports/b.yaml": "name: n\nkind: weekly\nzone: UTC\n"},
		"words":       {"reports/words/weekly/2026-11-21.md": "A day.\n", "reports/words/weekly/2026-W47.md": "A week.\n"},
		"search":      {"search/synonyms.yaml": "x: {a: b}\n", "search/notes.yaml": "a: b\n"},
		"search told": {"search/notes.yaml": "a: b\n", "guides/a.md": "# A\n"},
		"files": {"guides/CON.md": "# C\n", "guides/a.exe": "MZ\n", "guides/.gitattributes": "* filter=x\n",
			"guides/s.md": "# S\n\nDB_PASSWORD=Zk9fQ2xW7tLm\n"},
		"not text": {"guides/a.md": "# T\n\xff\n", "guides/b.md": "\xff\xfe# T\n"},
		"clean":    {"guides/a.md": "# A\n", "img/a.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"},
	}
}

var (
	problemLine  = regexp.MustCompile(`(?m)^(?:remote: )?(\S+:\d+:\d+: (?:error|warning): .*?\[[a-z-]+\])\s*$`)
	warningsHeld = regexp.MustCompile(`(?m)and (\d+) warnings, which refuse nothing`)
)

func problemLines(out string) (lines []string) {
	for _, m := range problemLine.FindAllStringSubmatch(out, -1) {
		lines = append(lines, m[1])
	}
	slices.Sort(lines)
	return lines
}

// The problems that lint finds are those that the push of the same files names.
func TestLintFindsWhatThePushFinds(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	env := authorEnv(dir)
	server := serveProcess(t, env)
	defer server.stop(t)
	remote := server.remote(mustRun(t, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana"))
	trees := brokenTrees()
	trees["sample repository"] = sampleTree(t)
	for name, files := range trees {
		t.Run(name, func(t *testing.T) {
			tree := t.TempDir()
			mustRun(t, env, tree, "git", "init", "-q", "-b", "main")
			for file, text := range files {
				putFile(t, tree, file, text)
			}
			mustRun(t, env, tree, "git", "add", "-A")
			mustRun(t, env, tree, "git", "commit", "-q", "-m", "all")
			pushed, pushErr := tryCommand(t.Context(), env, tree, "git", "push", "-o", "check", remote, "main")
			linted, lintErr := tryCommand(t.Context(), env, tree, "postern", "lint", ".")
			want, got := problemLines(pushed), problemLines(linted)
			refused := strings.Contains(pushed, ": error: ")
			if refused {
				warnings := slices.Clone(got)
				got = slices.DeleteFunc(got, func(l string) bool { return !strings.Contains(l, ": error: ") })
				if m := warningsHeld.FindStringSubmatch(pushed); m != nil && m[1] != fmt.Sprint(len(warnings)-len(got)) {
					t.Errorf("the push holds back %s warnings, lint names %d", m[1], len(warnings)-len(got))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("lint finds\n %s\nthe push\n %s", strings.Join(got, "\n "), strings.Join(want, "\n "))
			}
			if (lintErr != nil) != refused || refused && pushErr == nil || name != "clean" && name != "sample repository" && len(want) == 0 {
				t.Errorf("lint: %v\n%s\npush: %v\n%s", lintErr, linted, pushErr, pushed)
			}
			lintEachFolder(t, env, tree, problemLines(linted))
		})
	}
}

// lintEachFolder holds what lint says of each folder against what it says of the
// whole tree.
func lintEachFolder(t *testing.T, env []string, tree string, whole []string) {
	t.Helper()
	entries, err := os.ReadDir(tree)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != ".git" {
			out, _ := tryCommand(t.Context(), env, tree, "postern", "lint", e.Name())
			parts = append(parts, problemLines(out)...)
		}
	}
	slices.Sort(parts)
	if !slices.Equal(parts, whole) {
		t.Errorf("the folders one by one\n %s\nthe whole\n %s", strings.Join(parts, "\n "), strings.Join(whole, "\n "))
	}
}

// sampleTree is the knowledge repository of the demo.
func sampleTree(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := filepath.Join("demo", "knowledge")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	return files
}
