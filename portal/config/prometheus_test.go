package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/config"
)

func TestPrometheusSources(t *testing.T) {
	c, problems := config.Load(config.Sources{Data: []byte(`data_dir: /srv/postern
prometheus:
  sources:
    - {name: main, url: "http://prometheus:9090/prom", token: swordfish, step: 30s}
    - {name: eu-1, url: "https://thanos.example", user: ana, password: swordfish, grace: 5m}
`)})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := c.Prometheus.Sources
	if len(s) != 2 || s[0].URL.Path != "/prom" || s[0].Token.Reveal() != "swordfish" || s[0].Step != 30*time.Second ||
		s[0].Grace != time.Minute ||
		s[1].User != "ana" || s[1].Grace != 5*time.Minute {
		t.Errorf("got %+v", s)
	}
	out, err := c.Print()
	if err != nil || strings.Contains(string(out), "swordfish") || !strings.Contains(string(out), "url: https://thanos.example") {
		t.Errorf("printed %v\n%s", err, out)
	}
}

func TestWrongPrometheusSources(t *testing.T) {
	for text, want := range map[string]string{
		`[{name: a}]`:                                              "url must be a URL",
		`[{name: a, url: "http://u:p@x"}]`:                         "url must be a URL",
		`[{name: A b, url: "http://x"}]`:                           "needs a name",
		`[{name: a, url: "http://x"}, {name: a, url: "http://y"}]`: "has the name of another source",
		`[{name: a, url: "http://x", stepp: 1s}]`:                  "unknown key",
		`[{name: a, url: "http://x", step: 2h}]`:                   "from 1s to 1h",
		`[{name: a, url: "http://x", token: t, user: u}]`:          "a token and a user",
		`main`: "must be a list",
	} {
		_, problems := config.Load(config.Sources{Data: []byte("prometheus: {sources: " + text + "}\n")})
		if err := problems.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// A flag of sources needs a valid name and a valid URL for each.
func TestWrongPrometheusFlags(t *testing.T) {
	for _, text := range []string{"", "main", "main=", "=http://prometheus:9090", "Main=http://prometheus:9090", "main=prometheus:9090",
		"a=http://x,b"} {
		if got := refuse(t, config.Sources{Flags: map[string]string{"prometheus.sources": text}}); len(got) != 1 {
			t.Errorf("%q: %q", text, got)
		}
	}
}
