package feed

import "github.com/postern/postern/reports/incident"

// Format is one feed format with everything that the portal knows of it.
// Every package of a format exports its own as Format(); package formats
// has the list.
type Format struct {
	Name  string // in addresses and stored facts: "pagerduty"
	Title string // for people, in a sentence: "PagerDuty"
	Sends string // what sends it and how, in one line: "PagerDuty: a version 3 webhook subscription"
	// Decoder reads the bodies.
	Decoder Decoder
	// Incidents states how incidents of the format are treated. Its Name is the
	// form of their reports; "" where the format has no incidents.
	Incidents incident.Form
	// Signature states how bodies are signed; nil where senders do not sign.
	Signature *Signature
	// AcceptsAll reports whether a body that is not in the format is answered
	// like one that is, because the sender stops sending after a few
	// refusals. Such a body becomes a dead letter all the same.
	AcceptsAll bool
	// Lines reports whether every line is independent of the others, so that
	// a body of any length is read in parts.
	Lines bool
	// PartStart is the beginning of a line at which a long file may be cut
	// into parts; "" if a file is sent whole.
	PartStart string
}

// Signature is how a sender signs its bodies with a secret that both sides
// know.
type Signature struct {
	Header string // of the request: "X-PagerDuty-Signature"
	// Valid reports whether the value of the header signs the body under the
	// secret.
	Valid func(body []byte, header, secret string) bool
	// SecretsKey and OnlyKey are the settings with the secrets and with
	// whether unsigned bodies are refused.
	SecretsKey, OnlyKey string
}
