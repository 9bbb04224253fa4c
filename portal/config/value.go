package config

import (
	"fmt"

	"github.com/postern/postern/portal/base/yamldoc"
)

// value is the place of one setting in a Config, in all its forms. Each form is derived
// from one description, so that a value printed by Print can be read again.
type value interface {
	// set reads a flag or an environment variable. The error states what the value must
	// be.
	set(text string) error
	// read reads the value from the file and reports problems into its document.
	read(v yamldoc.Value)
	// yaml returns the value for printing, secrets redacted; nil when it is unset.
	yaml() any
	// schema returns the JSON Schema of the value.
	schema() map[string]any
}

// scalar is a value of one word. parse is used for the file, the environment and flags
// alike; shape is the JSON Schema.
type scalar[T any] struct {
	at    *T
	parse func(string) (T, error)
	print func(T) any
	shape map[string]any
}

// set implements value.
func (s scalar[T]) set(text string) error {
	parsed, err := s.parse(text)
	if err == nil {
		*s.at = parsed
	}
	return err
}

// read implements value. It uses the text as written and not YAML's type, so that the
// file accepts what a flag accepts.
func (s scalar[T]) read(v yamldoc.Value) {
	if !v.Scalar() {
		v.Report("%s must be one value, not a list or a mapping", v.Path())
		return
	}
	if err := s.set(v.String()); err != nil {
		v.Report("%s %v", v.Path(), err)
	}
}

// yaml and schema implement value. print returns nil for a value that is not set.
// Schema adds keys to the shape, which every call of settings makes again.
func (s scalar[T]) yaml() any              { return s.print(*s.at) }
func (s scalar[T]) schema() map[string]any { return s.shape }

// mustBe returns the error of a value: "must be … , not …". With text "" it quotes
// nothing, as for a secret. Its caller puts the key of the setting in front.
func mustBe(what, text string) error {
	if text == "" {
		return fmt.Errorf("must be %s", what)
	}
	return fmt.Errorf("must be %s, not %q", what, shorten(text))
}

// shorten cuts a text that a message quotes. It counts runes, so that the cut text is
// valid UTF-8.
func shorten(text string) string {
	const most = 60 // runes; the message stays readable on one line
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
