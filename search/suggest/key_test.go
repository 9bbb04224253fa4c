package suggest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Typed text may begin at each word and each part, in either form of the key.
func TestKeys(t *testing.T) {
	for text, want := range map[string]struct {
		key    string
		begins []string
	}{
		"":                 {"", nil},
		"Pool full":        {"pool full", []string{"pool full", "full"}},
		"KubePod":          {"kubepod\x00kube pod", []string{"kubepod\x00kube pod", "pod\x00kube pod", "kube pod", "pod"}},
		"连接 pool":          {"连接 pool", []string{"连接 pool", "接 pool", "pool"}},
		"tcp_tw":           {"tcp tw", []string{"tcp tw", "tw"}},
		"a, b":             {"a b", []string{"a b", "b"}},
		"ABc":              {"abc", []string{"abc"}},
		"HTTPServer is up": {"httpserver is up\x00http server is up", nil},
	} {
		t.Run(text, func(t *testing.T) {
			key, starts := keyOf(text)
			if key != want.key {
				t.Errorf("key %q, want %q", key, want.key)
			}
			var begins []string
			for _, at := range starts {
				begins = append(begins, key[at:])
			}
			if diff := cmp.Diff(want.begins, begins); want.begins != nil && diff != "" {
				t.Error(diff)
			}
		})
	}
	key, starts := keyOf(strings.Repeat("word ", 500))
	if len(key) > maxKeyBytes || len(starts) > maxRefs {
		t.Errorf("a key of %d bytes with %d references", len(key), len(starts))
	}
}

func TestTyped(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " Pool  F": "pool f", "连接 池": "连接 池", "tcp_tw": "tcp tw", strings.Repeat("x", 96): strings.Repeat("x", 96),
		strings.Repeat("x ", 101): "",
	} {
		if got := typed(text); got != want {
			t.Errorf("typed(%.20q) = %q, want %q", text, got, want)
		}
	}
}
