package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/postern/postern/"

// rules say which of our packages each package may import. docs/architecture.md
// says why. A package without a rule fails, and so does a rule without a package
// and an allowance that is not used.
var rules = map[string][]string{
	"cmd/postern": {"cmd/postern/demo", "portal/api/mcp", "portal/app", "portal/auth", "portal/base/fault",
		"portal/base/humanize", "portal/config", "postmortems", "postmortems/convert", "postmortems/gitrepo/checks", "postmortems/markdown",
		"postmortems/markdown/sandbox", "reports/feed", "reports/feed/formats", "reports/slo/migrate"},
	"cmd/postern/demo":       {"cmd/postern/demo/story", "portal/base/yamldoc"},
	"cmd/postern/demo/story": {},
	"portal/api": {"portal/auth", "portal/base/fault", "portal/web/problem", "postmortems", "postmortems/library",
		"reports", "reports/alert", "reports/change", "reports/feedstore", "reports/incident", "reports/period", "reports/reportstore",
		"reports/slo", "reports/slostatus", "reports/sql", "search", "search/querylog", "search/snippet", "search/suggest"},
	"portal/api/mcp":                    {"portal/base/fault"},
	"portal/app":                        {"*"},
	"portal/auth":                       {"portal/base/fault", "portal/base/kv"},
	"portal/base/campaign":              {},
	"portal/base/dockind":               {},
	"portal/base/durable":               {},
	"portal/base/fault":                 {},
	"portal/base/growth":                {},
	"portal/base/humanize":              {},
	"portal/base/kv":                    {"portal/base/fault"},
	"portal/base/kv/boltkv":             {"portal/base/durable", "portal/base/fault", "portal/base/kv"},
	"portal/base/kv/kvtest":             {"portal/base/fault", "portal/base/kv"},
	"portal/base/messages":              {"portal/base/humanize"},
	"portal/base/messages/messagestest": {"portal/base/messages"},
	"portal/base/realdata":              {},
	"portal/base/severity":              {},
	"portal/base/yamldoc":               {},
	"portal/config":                     {"portal/base/fault", "portal/base/severity", "portal/base/yamldoc"},
	"portal/jobs":                       {"portal/base/fault", "portal/base/kv"},
	"portal/metrics":                    {},
	"portal/web": {"portal/auth", "portal/base/fault", "portal/base/messages", "portal/web/documents",
		"portal/web/feeds", "portal/web/incidents", "portal/web/page", "portal/web/reporting", "portal/web/searching", "portal/web/slos",
		"postmortems"},
	"portal/web/docparts": {"portal/base/humanize", "portal/base/messages", "portal/web/page", "postmortems", "postmortems/library",
		"reports/tally", "search", "search/snippet"},
	"portal/web/documents": {"portal/base/fault", "portal/base/humanize", "portal/base/messages", "portal/web/docparts",
		"portal/web/incidentparts", "portal/web/page", "portal/web/sloparts", "portal/web/worddiff", "postmortems", "postmortems/library",
		"reports/incident", "reports/period", "reports/reportstore", "reports/slo", "reports/slostatus", "search"},
	"portal/web/feeds": {"portal/auth", "portal/base/fault", "portal/base/humanize", "portal/web/page", "reports/feed",
		"reports/feedstore"},
	"portal/web/incidentparts": {"portal/base/humanize", "portal/web/page", "postmortems", "reports/incident"},
	"portal/web/incidents": {"portal/auth", "portal/base/fault", "portal/base/humanize", "portal/base/messages",
		"portal/base/severity", "portal/web/docparts", "portal/web/incidentparts", "portal/web/page", "postmortems", "postmortems/library",
		"reports/alert", "reports/change", "reports/incident", "reports/slo", "reports/sql", "search", "search/snippet"},
	"portal/web/page": {"portal/auth", "portal/base/dockind", "portal/base/fault", "portal/base/humanize",
		"portal/base/messages", "portal/base/severity", "portal/web/problem", "postmortems", "postmortems/library", "reports", "search",
		"search/suggest", "static", "templates"},
	"portal/web/problem": {"portal/base/fault"},
	"portal/web/reporting": {"portal/auth", "portal/base/fault", "portal/base/humanize", "portal/base/messages", "portal/jobs",
		"portal/web/page", "reports", "reports/deliver/outbox", "reports/export", "reports/period", "reports/reportstore"},
	"portal/web/searching": {"portal/auth", "portal/base/fault", "portal/web/docparts", "portal/web/page", "postmortems",
		"postmortems/library", "reports/period", "search", "search/paste", "search/query", "search/querylog", "search/suggest"},
	"portal/web/sloparts": {"portal/base/humanize", "portal/base/messages", "portal/web/page", "reports/slo", "reports/slostatus"},
	"portal/web/slos": {"portal/base/fault", "portal/base/messages", "portal/web/page", "portal/web/sloparts", "reports/catalog",
		"reports/slo", "reports/slo/promql", "reports/slostatus"},
	"portal/web/webtest": {"portal/auth", "portal/base/fault", "portal/base/messages", "portal/jobs", "portal/web/incidentparts",
		"portal/web/page", "postmortems", "postmortems/library", "reports", "reports/alert", "reports/catalog", "reports/change",
		"reports/deliver/outbox", "reports/feed", "reports/feed/formats", "reports/feedstore", "reports/incident", "reports/reportstore",
		"reports/slo", "reports/slostatus", "reports/sql", "search", "search/paste", "search/querylog", "search/suggest"},
	"portal/web/webtest/site": {"portal/web", "portal/web/page", "portal/web/webtest", "postmortems", "postmortems/library", "reports",
		"reports/feed/formats", "reports/feedstore", "reports/slo", "reports/slostatus"},
	"portal/web/worddiff": {},
	"postmortems": {"portal/base/dockind", "portal/base/fault", "portal/base/humanize", "portal/base/severity",
		"portal/base/yamldoc"},
	"postmortems/convert": {"portal/base/fault", "portal/base/yamldoc", "postmortems"},
	"postmortems/gitrepo": {"portal/base/durable", "portal/base/fault", "postmortems", "postmortems/gitrepo/checks",
		"postmortems/gitrepo/plumbing", "postmortems/gitrepo/wire"},
	"postmortems/gitrepo/checks":   {"postmortems"},
	"postmortems/gitrepo/plumbing": {"portal/base/fault", "postmortems"},
	"postmortems/gitrepo/wire":     {"portal/base/fault", "postmortems"},
	"postmortems/library":          {"portal/base/fault", "portal/base/kv", "postmortems"},
	"postmortems/markdown":         {"portal/base/fault", "portal/base/humanize", "postmortems"},
	"postmortems/markdown/sandbox": {"portal/base/fault", "postmortems", "postmortems/markdown"},
	"reports": {"portal/base/fault", "portal/base/humanize", "reports/alert", "reports/change", "reports/incident",
		"reports/period", "reports/slo", "reports/tally"},
	"reports/alert":           {"portal/base/humanize", "reports/tally"},
	"reports/catalog":         {"portal/base/fault", "portal/base/kv", "postmortems", "reports/slo", "reports/slo/openslo"},
	"reports/change":          {"reports/tally"},
	"reports/chart":           {"portal/base/humanize", "portal/base/messages"},
	"reports/chart/charttest": {"reports/chart"},
	"reports/collect": {"portal/base/fault", "reports", "reports/alert", "reports/change", "reports/incident", "reports/period",
		"reports/slo", "reports/sql"},
	"reports/compile": {"portal/base/humanize", "portal/base/messages", "portal/base/severity", "reports", "reports/alert",
		"reports/change", "reports/incident", "reports/period", "reports/slo", "reports/tally"},
	"reports/definition":        {"portal/base/yamldoc", "postmortems", "reports", "reports/compile", "reports/period"},
	"reports/deliver":           {"portal/base/fault", "portal/base/humanize", "portal/base/messages", "reports", "templates"},
	"reports/deliver/outbox":    {"portal/base/fault", "portal/base/kv", "reports/deliver"},
	"reports/export":            {"portal/base/fault", "portal/base/humanize", "portal/base/messages", "reports", "reports/chart"},
	"reports/feed":              {"portal/base/fault", "reports/alert", "reports/change", "reports/incident", "reports/slo", "reports/sql"},
	"reports/feed/alertmanager": {"portal/base/fault", "reports/alert", "reports/feed", "reports/incident"},
	"reports/feed/cloudevents":  {"portal/base/fault", "reports/change", "reports/feed", "reports/incident"},
	"reports/feed/feedtest":     {"portal/base/fault", "portal/base/realdata", "reports/feed"},
	"reports/feed/formats": {"reports/feed", "reports/feed/alertmanager", "reports/feed/cloudevents", "reports/feed/ndjson",
		"reports/feed/oncall", "reports/feed/opsgenie", "reports/feed/pagerduty", "reports/feed/pgstat", "reports/feed/slowlog",
		"reports/feed/statuspage", "reports/incident"},
	"reports/feed/ndjson":     {"portal/base/fault", "reports/change", "reports/feed", "reports/incident", "reports/slo"},
	"reports/feed/oncall":     {"portal/base/fault", "reports/feed", "reports/incident"},
	"reports/feed/opsgenie":   {"portal/base/fault", "reports/alert", "reports/feed", "reports/incident"},
	"reports/feed/pagerduty":  {"portal/base/fault", "reports/alert", "reports/feed", "reports/incident"},
	"reports/feed/pgstat":     {"portal/base/fault", "reports/feed", "reports/sql"},
	"reports/feed/slowlog":    {"portal/base/fault", "reports/feed", "reports/sql"},
	"reports/feed/statuspage": {"portal/base/fault", "reports/feed", "reports/incident"},
	"reports/feedstore": {"portal/base/fault", "portal/base/humanize", "portal/base/kv", "reports/alert", "reports/change",
		"reports/feed", "reports/incident", "reports/slo", "reports/sql"},
	"reports/incident":    {"portal/base/fault", "portal/base/humanize", "portal/base/severity", "reports/tally"},
	"reports/pdf":         {"portal/base/fault"},
	"reports/period":      {"portal/base/fault"},
	"reports/promsli":     {"portal/base/fault", "portal/base/kv", "reports/feed", "reports/slo", "reports/slo/promql"},
	"reports/reportstore": {"portal/base/fault", "portal/base/kv", "reports", "reports/period"},
	"reports/schedule": {"portal/base/fault", "portal/base/messages", "reports", "reports/compile", "reports/period",
		"reports/reportstore"},
	"reports/signals": {"portal/base/fault", "portal/base/kv", "portal/base/severity", "reports/alert", "reports/change",
		"reports/incident", "reports/slo", "reports/sql"},
	"reports/slo": {},
	"reports/slo/migrate": {"portal/base/fault", "portal/base/yamldoc", "postmortems/convert", "reports/slo", "reports/slo/openslo",
		"reports/slo/promql"},
	"reports/slo/openslo": {"portal/base/yamldoc", "postmortems", "reports/slo", "reports/slo/promql"},
	"reports/slo/promql":  {},
	"reports/slostatus":   {"portal/base/fault", "portal/base/messages", "reports/catalog", "reports/chart", "reports/slo", "reports/tally"},
	"reports/sql":         {"reports/slo", "reports/tally"},
	"reports/statuspoll":  {"portal/base/fault", "reports/feed"},
	"reports/tally":       {},
	"search": {"portal/base/durable", "portal/base/fault", "search/analysis", "search/paste", "search/positions", "search/query",
		"search/segment", "search/snippet", "search/synonyms"},
	"search/analysis":  {},
	"search/indexer":   {"portal/base/fault", "portal/base/kv", "search"},
	"search/paste":     {},
	"search/positions": {},
	"search/query":     {"portal/base/dockind", "portal/base/severity"},
	"search/querylog":  {"portal/base/fault", "portal/base/kv"},
	"search/segment":   {"search/analysis", "search/positions"},
	"search/snippet":   {"search/analysis"},
	"search/suggest":   {"portal/base/fault", "portal/base/kv", "search/analysis"},
	"search/synonyms":  {"portal/base/yamldoc", "postmortems", "search/analysis"},
	"static":           {},
	"templates":        {},
}

// pure packages hold the domain: no storage, network, files or processes.
var pure = []string{
	"portal/base/dockind", "portal/base/humanize", "portal/base/severity", "portal/base/messages",
	"postmortems", "postmortems/convert", "search/paste", "search/positions", "search/query", "search/snippet", "search/synonyms",
	"reports", "reports/compile", "reports/definition", "reports/export",
	"reports/alert", "reports/change", "reports/incident", "reports/period", "reports/sql", "reports/tally",
	"reports/slo", "reports/slo/migrate", "reports/slo/openslo", "reports/slo/promql",
	"reports/feed", "reports/feed/alertmanager", "reports/feed/cloudevents", "reports/feed/formats", "reports/feed/ndjson",
	"reports/feed/oncall", "reports/feed/opsgenie",
	"reports/feed/pagerduty", "reports/feed/pgstat", "reports/feed/slowlog", "reports/feed/statuspage",
}

// impure are the imports that the domain must not have.
var impure = []string{"os", "os/exec", "net/http", "database/sql", module + "portal/base/kv"}

// owners may alone import a technology; echo is for one package and none below it.
var owners = map[string]string{
	"github.com/labstack/echo/v4":            "portal/web",
	"github.com/modelcontextprotocol/go-sdk": "portal/api/mcp",
	"github.com/danielgtaylor/huma/v2":       "portal/api",
	"github.com/blevesearch/bleve/v2":        "search",
	"go.etcd.io/bbolt":                       "portal/base/kv/boltkv",
	"go.yaml.in/yaml/v3":                     "portal/base/yamldoc",
	"github.com/yuin/goldmark":               "postmortems/markdown",
	"github.com/microcosm-cc/bluemonday":     "postmortems/markdown",
	"github.com/alecthomas/chroma/v2":        "postmortems/markdown",
	"github.com/go-co-op/gocron/v2":          "portal/jobs",
	"github.com/spf13/cobra":                 "cmd/postern",
	"github.com/prometheus/client_golang":    "portal/metrics",
	"github.com/prometheus/prometheus":       "reports/slo/promql",
	"github.com/wcharczuk/go-chart/v2":       "reports/chart",
	"github.com/wneessen/go-mail":            "reports/deliver",
	"github.com/nicksnyder/go-i18n/v2":       "portal/base/messages",
	"github.com/BurntSushi/toml":             "portal/base/messages",
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		var x *exec.ExitError
		if errors.As(err, &x) {
			t.Fatalf("go list: %v\n%s", err, x.Stderr)
		}
		t.Fatal(err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImportsKeepTheirDirection(t *testing.T) {
	unused := map[string]bool{}
	for from, to := range rules {
		unused[from] = true
		for _, x := range to {
			unused[from+" -> "+x] = true
		}
	}
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := rules[from]
		if !known {
			t.Errorf("%s has no rule in this table; see docs/architecture.md", from)
			continue
		}
		delete(unused, from)
		for _, imp := range p.Imports {
			checkOwner(t, from, imp)
			if slices.Contains(pure, from) && slices.Contains(impure, imp) {
				t.Errorf("%s is pure and imports %s", from, imp)
			}
			to, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			delete(unused, from+" -> "+to)
			if slices.Contains(allowed, "*") {
				delete(unused, from+" -> *")
			} else if !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s, which its rule does not allow", from, to)
			}
		}
	}
	for stale := range unused {
		t.Errorf("stale rule: %s", stale)
	}
}

func checkOwner(t *testing.T, from, imp string) {
	t.Helper()
	for tech, owner := range owners {
		if imp != tech && !strings.HasPrefix(imp, tech+"/") {
			continue
		}
		below := strings.HasPrefix(from, owner+"/") && owner != "portal/web"
		if from != owner && !below {
			t.Errorf("%s imports %s, which %s owns", from, imp, owner)
		}
	}
}
