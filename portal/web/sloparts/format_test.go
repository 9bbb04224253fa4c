package sloparts

import (
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
)

func TestNumbersAreNotRoundedToWhatTheyAreNot(t *testing.T) {
	t.Parallel()
	share := func(x float64) *float64 { return &x }
	for got, want := range map[string]string{
		SLI(share(0.99999999), 0.999):                "99.99 %",
		SLI(share(1), 0.999):                         "100.00 %",
		SLI(share(0.999), 0.999):                     "99.90 %",
		SLI(share(0.5), 0):                           "50.0 %",
		SLI(nil, 0.9):                                "–",
		Budget(share(-2.57)):                         "−257.0 %",
		Budget(share(-4.69e-14)):                     "0.0 %",
		Budget(share(1234.5)):                        "123,450 %",
		Count(3557865):                               "3,557,865",
		Count(36632.53):                              "36,632.5",
		Rate(share(14.4)):                            "14.4×",
		Target(0.9995):                               "99.95 %",
		lastsText(webtest.Texts(t), nil, share(0.4)): "not burning",
		Duration(50 * time.Hour):                     "2 d 2 h",
		Duration(90 * time.Minute):                   "90 min",
		Window(3 * 24 * time.Hour):                   "3 d",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
