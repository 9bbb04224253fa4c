package chart

import "testing"

// TestFaceHasEverySign checks the signs that humanize writes and that a font of
// Latin text may lack.
func TestFaceHasEverySign(t *testing.T) {
	t.Parallel()
	f, err := loadFace(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, sign := range "−×%·…≥" {
		if f.font.Index(sign) == 0 {
			t.Errorf("the embedded face has no %q", sign)
		}
	}
}
