package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

var update = flag.Bool("update", false, "write the golden files and docs/configuration.md anew")

// env is an environment with a home folder.
func env(pairs ...string) config.Lookup {
	all := map[string]string{"HOME": "/home/wei"}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(name string) (string, bool) {
		v, ok := all[name]
		return v, ok
	}
}

func load(t *testing.T, src config.Sources) config.Config {
	t.Helper()
	if src.Env == nil {
		src.Env = env()
	}
	c, problems := config.Load(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// refuse returns the problems as lines.
func refuse(t *testing.T, src config.Sources) []string {
	t.Helper()
	if src.Env == nil {
		src.Env = env()
	}
	_, problems := config.Load(src)
	if len(problems) == 0 {
		t.Fatal("accepted")
	}
	if err := problems.Err(); fault.KindOf(err) != fault.Invalid {
		t.Errorf("kind of %v", err)
	}
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return lines
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not current; run: go test ./portal/config -update\n%s", path, got)
	}
}

// TestBadFiles loads one file for each mistake. Its comments "# want: " are all
// that must be said about it; one that ends in "?" leaves the words to the YAML
// reader.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad-*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(data)) {
			if text, ok := strings.CutPrefix(line, "# want: "); ok {
				want = append(want, strings.TrimSpace(text))
			}
		}
		got := refuse(t, config.Sources{File: filepath.Base(path), Data: data})
		if len(want) == 1 && strings.HasSuffix(want[0], ":?") {
			if len(got) != 1 || !strings.HasPrefix(got[0], strings.TrimSuffix(want[0], "?")) {
				t.Errorf("%s: %q", path, got)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s", path, strings.Join(got, "\n"))
		}
	}
}

func TestFullFile(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, config.Sources{File: "full.yaml", Data: data})
	printed, err := c.Print()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/full.printed.yaml", printed)

	defaults := reflect.ValueOf(load(t, config.Sources{}))
	for i, f := range reflect.VisibleFields(defaults.Type()) {
		if reflect.DeepEqual(defaults.Field(i).Interface(), reflect.ValueOf(c).Field(i).Interface()) {
			t.Errorf("full.yaml leaves %s at its default", f.Name)
		}
	}
}

func TestDefaults(t *testing.T) {
	c := load(t, config.Sources{})
	printed, err := c.Print()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/default.printed.yaml", printed)
	again := load(t, config.Sources{Data: printed})
	if !reflect.DeepEqual(c.Limits, again.Limits) || again.DataDir != "/home/wei/.local/share/postern" {
		t.Errorf("printed and read again: %+v", again)
	}
}

func TestPrecedence(t *testing.T) {
	c := load(t, config.Sources{
		Data:  []byte("listen: 127.0.0.1:1\nlog: {level: warn}\nname: file\n"),
		Env:   env("POSTERN_LISTEN", "127.0.0.1:2", "POSTERN_NAME", "env", "POSTERN_LOG_FORMAT", ""),
		Flags: map[string]string{"listen": "127.0.0.1:3"},
	})
	if c.Listen != "127.0.0.1:3" || c.Name != "env" || c.Log.Level.String() != "WARN" || c.Log.Format != config.LogText {
		t.Errorf("got %+v", c)
	}
}

func TestEverySettingIsReadFromEnvironmentAndFlag(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := load(t, config.Sources{Data: data})
	texts := map[string]string{
		"name": "稳定性知识库", "listen": "[::]:8443", "public_url": "https://example.org/kb/", "access.read": "token",
		"tls.cert": "/etc/postern/cert.pem", "tls.key": "/etc/postern/key.pem", "behind_proxy": "true",
		"trusted_proxies": "10.1.2.3/16, 192.0.2.7,2001:db8::/32", "data_dir": "/srv/postern",
		"log.level": "debug", "log.format": "json", "git.path": "/usr/local/bin/git",
		"render.workers": "4", "render.time": "1.5s", "render.memory": "2048MiB",
		"limits.push_packed": "128MiB", "limits.push_inflated": "1GiB", "limits.document": "1536KiB", "limits.attachment": "20MiB",
		"limits.changed_paths": "50000", "limits.commits": "5000", "limits.tree_paths": "300000", "limits.tree_depth": "12",
		"limits.push_time": "20m", "limits.free_space": "2GiB", "severity_aliases": "page-now=SEV1, 特急=SEV1",
		"targets.detect": "2m", "targets.diagnose": "10m", "targets.recover": "90m", "targets.middle": "acknowledged",
		"targets.middle_name": "响应", "targets.from": "detected",
		"oncall.zone": "Asia/Shanghai", "oncall.night": "23:30-07:00", "oncall.shift_from": "09:30", "oncall.shift_length": "8h",
		"reports.zone": "Asia/Shanghai", "reports.browser": "/usr/bin/chromium", "reports.postmortem_from": "SEV3",
		"prometheus.sources": "main=http://prometheus:9090, eu-1=https://thanos.example/prom",
		"feeds.body":         "4MiB", "feeds.queue": "99", "feeds.budget_new": "7", "feeds.budget_open": "5",
		"feeds.most_read": "900", "feeds.statuspages": "shop=https://status.example.org/api/v2/incidents.json",
		"feeds.statuspage_every": "1m", "feeds.pagerduty_signed_only": "true", "retention.raw": "240h", "retention.facts": "2400h",
		"retention.buckets_fine": "2401h", "retention.buckets": "24000h",
		"mail.host": "smtp.example.org", "mail.port": "465", "mail.tls": "tls", "mail.from": "稳定性 <portal@example.org>", "mail.user": "portal",
	}
	pairs := []string{ // secrets have no flag
		"POSTERN_METRICS_TOKEN", want.Metrics.Token.Reveal(), "POSTERN_MAIL_PASSWORD", want.Mail.Password.Reveal(),
		"POSTERN_FEEDS_PAGERDUTY_SECRETS", want.Feeds.PagerDuty.Reveal(),
		"POSTERN_CHANNELS", "ops slack https://hooks.example.org/services/T0/B0/x; 值班 dingtalk " +
			"https://oapi.example.org/robot/send?access_token=abc SECxyz; files folder /srv/reports",
	}
	secrets := slices.Clone(pairs)
	for _, f := range config.Flags() {
		if texts[f.Key] == "" {
			t.Errorf("%s is not tried", f.Key)
		}
		pairs = append(pairs, "POSTERN_"+strings.ToUpper(strings.ReplaceAll(f.Key, ".", "_")), texts[f.Key])
	}
	if got := load(t, config.Sources{Env: env(pairs...)}); !reflect.DeepEqual(got, want) {
		t.Errorf("from the environment:\n%+v\nfrom the file:\n%+v", got, want)
	}
	if got := load(t, config.Sources{Flags: texts, Env: env(secrets...)}); !reflect.DeepEqual(got, want) {
		t.Errorf("from flags:\n%+v\nfrom the file:\n%+v", got, want)
	}
}

// TestEveryFieldHasAFlag counts, so that a field cannot be forgotten.
func TestEveryFieldHasAFlag(t *testing.T) {
	var leaves func(reflect.Type) int
	leaves = func(typ reflect.Type) (n int) {
		for f := range typ.Fields() {
			switch {
			case f.Name == "DataDirStated": // follows from data_dir
			case f.Type == reflect.TypeFor[config.Secret](), f.Type == reflect.TypeFor[map[string]config.Channel](): // no flag
			case f.Type == reflect.TypeFor[config.Night](): // one flag for both
				n++
			case f.Type.Kind() == reflect.Struct:
				n += leaves(f.Type)
			default:
				n++
			}
		}
		return n
	}
	if got, want := len(config.Flags()), leaves(reflect.TypeFor[config.Config]()); got != want {
		t.Errorf("%d flags for %d fields", got, want)
	}
}

func TestProblemsNameTheirSource(t *testing.T) {
	got := refuse(t, config.Sources{
		File: "postern.yaml", Data: []byte("log: {level: loud}\n"),
		Env:   env("POSTERN_RENDER_WORKERS", "many"),
		Flags: map[string]string{"behind_proxy": "maybe", "metrics.token": "0123456789abcdef"},
	})
	want := []string{
		`postern.yaml:1:14: error: log.level must be debug, info, warn, error, not "loud"`,
		`POSTERN_RENDER_WORKERS: error: render.workers must be a whole number from 1 to 64, not "many"`,
		`--behind-proxy: error: behind_proxy must be true or false, not "maybe"`,
		`metrics.token: error: there is no such flag`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	got = refuse(t, config.Sources{Flags: map[string]string{"listen": "0.0.0.0:0", "access.read": "open", "behind_proxy": "true"}})
	if len(got) != 1 || !strings.HasPrefix(got[0], "--listen: error: other machines can reach 0.0.0.0:0, so") {
		t.Errorf("got %q", got)
	}
}

func TestWhoMayReadByDefault(t *testing.T) {
	for name, c := range map[string]struct {
		flags map[string]string
		want  string
	}{
		"nothing stated":            {nil, "open"},
		"another loopback":          {map[string]string{"listen": "127.9.9.9:1"}, "open"},
		"IPv6 loopback":             {map[string]string{"listen": "[::1]:1"}, "open"},
		"IPv4 in IPv6":              {map[string]string{"listen": "[::ffff:127.0.0.1]:1"}, "open"},
		"localhost":                 {map[string]string{"listen": "localhost:1"}, "open"},
		"a local public_url":        {map[string]string{"public_url": "http://localhost:8080/kb"}, "open"},
		"a proxy brings the world":  {map[string]string{"behind_proxy": "true"}, "token"},
		"an address for the world":  {map[string]string{"public_url": "https://kb.example.org"}, "token"},
		"open for the world stated": {map[string]string{"public_url": "https://kb.example.org", "access.read": "open"}, "open"},
		"token on loopback stated":  {map[string]string{"access.read": "token"}, "token"},
	} {
		if got := load(t, config.Sources{Flags: c.flags}).Access.Read; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, listen := range []string{"0.0.0.0:1", ":1", "[::]:1", "192.0.2.1:1", "kb.example.org:1", "localhost.example.org:1", "128.0.0.1:1"} {
		if got := refuse(t, config.Sources{Flags: map[string]string{"listen": listen}}); len(got) != 3 {
			t.Errorf("%s: %q", listen, got)
		}
	}
}

// TestDataDirStated: a command must know whether a person named the folder.
func TestDataDirStated(t *testing.T) {
	home := env()
	for name, c := range map[string]struct {
		sources config.Sources
		want    bool
	}{
		"nothing":     {config.Sources{Env: home}, false},
		"XDG":         {config.Sources{Env: env("XDG_DATA_HOME", "/data")}, false},
		"systemd":     {config.Sources{Env: env("STATE_DIRECTORY", "/var/lib/postern")}, true},
		"environment": {config.Sources{Env: env("POSTERN_DATA_DIR", "/srv")}, true},
		"flag":        {config.Sources{Env: home, Flags: map[string]string{"data_dir": "/srv"}}, true},
		"file":        {config.Sources{Env: home, Data: []byte("data_dir: /srv\n")}, true},
	} {
		if got := load(t, c.sources).DataDirStated; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestDataDir(t *testing.T) {
	for _, c := range []struct{ env, want string }{
		{"HOME=/home/wei", "/home/wei/.local/share/postern"},
		{"HOME=/home/wei XDG_DATA_HOME=/data", "/data/postern"},
		{"HOME=/home/wei XDG_DATA_HOME=relative", "/home/wei/.local/share/postern"},
		{"HOME=/home/wei XDG_DATA_HOME=/data STATE_DIRECTORY=/var/lib/postern:/var/lib/more", "/var/lib/postern"},
		{"POSTERN_DATA_DIR=/srv HOME=/home/wei", "/srv"},
	} {
		pairs := strings.FieldsFunc(c.env, func(r rune) bool { return r == ' ' || r == '=' })
		if got := load(t, config.Sources{Env: env(pairs...)}).DataDir; got != c.want {
			t.Errorf("%s: %s, want %s", c.env, got, c.want)
		}
	}
	got := refuse(t, config.Sources{Env: env("HOME", "")})
	if len(got) != 1 || got[0] != "data_dir: error: no home folder is known: set data_dir" {
		t.Errorf("without a home: %q", got)
	}
}

func TestFindFile(t *testing.T) {
	e := env("POSTERN_CONFIG", "/etc/postern.yaml")
	if got := config.FindFile("mine.yaml", e); got != "mine.yaml" {
		t.Error(got)
	}
	if got := config.FindFile("", e); got != "/etc/postern.yaml" {
		t.Error(got)
	}
	if got := config.FindFile("", env()); got != "" {
		t.Error(got)
	}
}

func TestSecretsFromFiles(t *testing.T) {
	src := config.Sources{
		Env: env("POSTERN_METRICS_TOKEN_FILE", "/run/secret"),
		ReadFile: func(path string) ([]byte, error) {
			if path != "/run/secret" {
				return nil, fs.ErrNotExist
			}
			return []byte("from-a-file-0123456789\n"), nil
		},
	}
	if got := load(t, src).Metrics.Token.Reveal(); got != "from-a-file-0123456789" {
		t.Errorf("got %q", got)
	}
	for name, e := range map[string]config.Lookup{
		"both given":      env("POSTERN_METRICS_TOKEN_FILE", "/run/secret", "POSTERN_METRICS_TOKEN", "0123456789abcdef"),
		"a missing file":  env("POSTERN_METRICS_TOKEN_FILE", "/run/none"),
		"a short secret":  env("POSTERN_METRICS_TOKEN", "short"),
		"one with blanks": env("POSTERN_METRICS_TOKEN", "correct horse battery"),
	} {
		src.Env = e
		for _, line := range refuse(t, src) {
			if strings.Contains(line, "short") || strings.Contains(line, "horse") || strings.Contains(line, "0123") {
				t.Errorf("%s: a problem quotes the secret: %s", name, line)
			}
		}
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	golden(t, "../../docs/configuration.md", config.Reference())
}

func TestSchema(t *testing.T) {
	schema, err := config.Schema()
	if err != nil || !json.Valid(schema) {
		t.Fatal(err)
	}
	golden(t, "testdata/schema.json", append(schema, '\n'))
}

func TestPagerDutySecrets(t *testing.T) {
	f := config.Feeds{PagerDuty: config.NewSecret("for-all, shop:for-shop,other:for-other")}
	for source, want := range map[string][]string{"shop": {"for-all", "for-shop"}, "none": {"for-all"}} {
		if got := f.PagerDutySecrets(source); !slices.Equal(got, want) {
			t.Errorf("%s: %q", source, got)
		}
	}
	if got := (config.Feeds{}).PagerDutySecrets("shop"); len(got) != 0 {
		t.Errorf("nothing stated: %q", got)
	}
}
