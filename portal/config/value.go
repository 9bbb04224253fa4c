package config

import (
	"fmt"

	"github.com/postern/postern/portal/base/yamldoc"
)

// value is one setting's place in a Config, with its forms.
type value interface {
	// set reads a flag or an environment variable. The error says what it must be.
	set(text string) error
	// read reads the file, reporting into its document.
	read(v yamldoc.Value)
	// yaml is the value as it is printed, secrets redacted; nil when it is unset.
	yaml() any
	// schema is its JSON Schema.
	schema() map[string]any
}

// scalar is a value of one word.
type scalar[T any] struct {
	at    *T
	parse func(string) (T, error)
	print func(T) any
	shape map[string]any
}

func (s scalar[T]) set(text string) error {
	parsed, err := s.parse(text)
	if err == nil {
		*s.at = parsed
	}
	return err
}

func (s scalar[T]) read(v yamldoc.Value) {
	if !v.Scalar() {
		v.Report("%s must be one value, not a list or a mapping", v.Path())
		return
	}
	if err := s.set(v.String()); err != nil {
		v.Report("%s %v", v.Path(), err)
	}
}

func (s scalar[T]) yaml() any              { return s.print(*s.at) }
func (s scalar[T]) schema() map[string]any { return s.shape }

// mustBe is the error of a parse: "must be … , not …".
func mustBe(what, text string) error {
	if text == "" {
		return fmt.Errorf("must be %s", what)
	}
	return fmt.Errorf("must be %s, not %q", what, shorten(text))
}

// shorten cuts what a message quotes.
func shorten(text string) string {
	const most = 60 // runes; the message stays readable on one line
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
