package app

import "testing"

// TestWordsLeadNowhereElse: a link of the lead's words that looks like a page of the
// portal leads to none of another site, in no browser's reading.
func TestWordsLeadNowhereElse(t *testing.T) {
	for raw, want := range map[string]bool{
		"/incidents/INC-7": true, "/slos/checkout?from=2026-11-01#x": true, "/": true, "/%5Cevil.example": true,
		"//evil.example": false, `/\evil.example`: false, `/\/evil.example`: false, `/x\..\..\evil.example`: false,
		`\\evil.example`: false, "evil.example": false, "": false,
	} {
		if got := pageOfPortal(raw); got != want {
			t.Errorf("%q is a page of the portal: %t, want %t", raw, got, want)
		}
	}
}
