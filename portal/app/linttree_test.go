package app

import "testing"

func TestPlainTitle(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]string{
		"# The pool\n\ntext":                  "The pool",
		"text\n\n#  The *pool* #\n":           "The *pool",
		"   # Indented\n":                     "Indented",
		"    # Code\n":                        "",
		"The pool\n========\n":                "The pool",
		"The pool\n--------\n":                "",
		"## Second level\n":                   "",
		"#No space\n":                         "",
		"# `alert` fires\n":                   "alert` fires",
		"> quoted\n====\n":                    "",
		"":                                    "",
		"---\nid: a\n---\n\n# After\n\n# Two": "After",
	} {
		if got := plainTitle([]byte(markdown)); got != want {
			t.Errorf("%q: %q, want %q", markdown, got, want)
		}
	}
}
