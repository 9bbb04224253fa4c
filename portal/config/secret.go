package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// redacted is printed instead of a secret. It is shorter than minSecret and no URL, so
// that a printed configuration is refused when it is loaded again, unless its only
// secrets are those of other systems: passwords and tokens of Prometheus.
const redacted = "[redacted]"

// Secret is a text that no way of printing reveals: not fmt, slog, JSON or YAML. The
// configuration is printed by a command and logged with errors, and must not leak
// credentials.
type Secret struct{ text string }

// NewSecret returns a Secret with the given text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text. Call it only where the text is sent or compared.
func (s Secret) Reveal() string { return s.text }

// Set reports whether there is a secret.
func (s Secret) Set() bool { return s.text != "" }

// String returns "[redacted]", or "" for no secret, so that a reader of the output sees
// whether one is set.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter, since %d and %#v would bypass String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
