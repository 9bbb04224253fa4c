package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/postern/postern/portal/config"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	const text = "correct-horse-battery"
	c := load(t, config.Sources{Env: env("POSTERN_METRICS_TOKEN", text)})
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", c.Metrics.Token, "config", c)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", c.Metrics.Token, "config", c)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := c.Print()
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{log.String(), string(asJSON), string(printed)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%e"} {
		shown = append(shown, fmt.Sprintf(verb, c.Metrics.Token), fmt.Sprintf(verb, c), fmt.Sprintf(verb, &c.Metrics))
	}
	hexadecimal := fmt.Sprintf("%x", text)
	for _, s := range shown {
		if strings.Contains(s, text) || strings.Contains(strings.ToLower(s), hexadecimal) {
			t.Errorf("shown: %s", s)
		}
	}
	if !strings.Contains(string(printed), "[redacted]") || c.Metrics.Token.Reveal() != text || !c.Metrics.Token.Set() {
		t.Errorf("printed:\n%s", printed)
	}
	if none := (config.Secret{}); none.Set() || none.String() != "" {
		t.Error("no secret is shown as one")
	}
}
