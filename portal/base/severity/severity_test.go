package severity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNames(t *testing.T) {
	want := []string{"SEV1", "SEV2", "SEV3", "SEV4", "SEV5"}
	if diff := cmp.Diff(want, Names()); diff != "" {
		t.Error(diff)
	}
	if Range != want[0]+" to "+want[len(want)-1] {
		t.Errorf("the range is %q", Range)
	}
}

func TestEveryWordMeansOneSeverity(t *testing.T) {
	seen := map[string]string{}
	for _, l := range All() {
		for _, word := range l.Words {
			if other, taken := seen[word]; taken || word != strings.ToLower(word) || word == "" {
				t.Errorf("%q means %s, and %s", word, l.Name, other)
			}
			if seen[word] = l.Name; Aliases()[word] != l.Name {
				t.Errorf("%q is an alias of %q", word, Aliases()[word])
			}
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"SEV1": "SEV1", "sev5": "SEV5", "3": "SEV3",
		"": "", "SEV": "", "SEV0": "", "SEV6": "", "6": "", "SEV11": "", " SEV1": "", "P1": "",
	} {
		if got, ok := Parse(text); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
}

func TestKnown(t *testing.T) {
	for text, want := range map[string]bool{"SEV1": true, "SEV5": true, "sev1": false, "SEV0": false, "SEV6": false, "": false} {
		if Known(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestToneOf(t *testing.T) {
	for name, want := range map[string]Tone{"SEV1": Bad, "SEV2": Bad, "SEV3": Warn, "SEV4": Plain, "SEV5": Plain, "": Plain, "P1": Plain} {
		if got := ToneOf(name); got != want {
			t.Errorf("%q is %s", name, got)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for _, c := range []struct {
		name, least string
		want        bool
	}{
		{"SEV1", "SEV2", true}, {"SEV2", "SEV2", true}, {"SEV3", "SEV2", false}, {"SEV5", "SEV5", true}, {"SEV1", "SEV1", true},
		{"", "SEV5", false}, {"P1", "SEV5", false}, {"SEV1", "", false},
	} {
		if got := AtLeast(c.name, c.least); got != c.want {
			t.Errorf("%q, %q: %v", c.name, c.least, got)
		}
	}
}
