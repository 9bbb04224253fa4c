package demo

import (
	"testing"
	"time"
)

func TestTroublesAreThoseOfThePostMortems(t *testing.T) {
	all, err := Troubles()
	if err != nil {
		t.Fatal(err)
	}
	const least = 20
	if len(all) < least {
		t.Errorf("%d troubles", len(all))
	}
	for _, x := range all {
		if x.Ref != "INC-2291" {
			continue
		}
		if x.Severity != "SEV1" || len(x.Services) != 2 || len(x.Alerts) != 2 || !x.ByAlert || x.Mitigated.Sub(x.Started) != 31*time.Minute {
			t.Errorf("%+v", x)
		}
		return
	}
	t.Error("INC-2291 is missing")
}
