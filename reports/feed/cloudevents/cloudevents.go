// Package cloudevents decodes CDEvents about incidents, services, changes
// and tickets, in every HTTP form of CloudEvents (structured, batch,
// binary) and bare.
//
// The key of an event is (context.source, context.id) with its type,
// without the version, because some senders (and CDEvents' own examples)
// use one id for several events of one subject. A type has its own version,
// as in dev.cdevents.incident.detected.0.3.0; any version is read. Events
// of other types are ignored.
//
// CDEvents has no event for acknowledged, diagnosed or mitigated. They are
// read from customData: {"postern": {"diagnosed": "2026-11-24T12:00:00Z"}}.
//
// Incident events become parts of a report (detected and reported set
// detected, resolved sets resolved). Service events (deployed, upgraded,
// rolledback, removed) and change.merged become changes, ticket events
// become ticket updates. The severity is customData's, as severity or
// priority.
//
// The formats: https://github.com/cdevents/spec and
// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
package cloudevents

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "cloudevents"

// incidentForm is the form of incident reports that come as CDEvents.
const incidentForm = "cdevents"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "CDEvents",
		Sends:     "CDEvents about incidents, deployments, changes and tickets",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: incidentForm, Trust: 30},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// envelope is a CloudEvent in the structured form.
type envelope struct {
	SpecVersion string          `json:"specversion"`
	Type        string          `json:"type"`
	Data        json.RawMessage `json:"data"`
	Data64      string          `json:"data_base64"`
	Context     json.RawMessage `json:"context"` // of a bare CDEvent
}

// Decode implements feed.Decoder. The HTTP binding has three forms: binary (the
// attributes are headers, the body is the data), structured (one object) and batch (a
// list). An element of a batch that cannot be read is rejected alone.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	// A structured body may carry Ce- headers, too; its content type decides.
	if in.Header("Ce-Type") != "" && !structured(in.ContentType) {
		f, ignored, err := fact(in, in.Header("Ce-Type"), in.Body)
		d.Take(f, ignored, err, in.Body)
		return d, nil
	}
	body := bytes.TrimSpace(in.Body)
	if len(body) == 0 || body[0] != '[' {
		var e envelope
		if err := feed.ReadJSON(body, &e); err != nil {
			return d, err
		}
		if e.Type == "" && len(e.Context) == 0 {
			return d, fault.New(fault.Invalid, "cloudevents.Decode",
				"this is no CloudEvent: it has no type, neither as a field nor as a Ce-Type header, and no context of a CDEvent")
		}
		f, ignored, err := event(in, body)
		d.Take(f, ignored, err, body)
		return d, nil
	}
	var batch []json.RawMessage
	if err := feed.ReadJSON(body, &batch); err != nil {
		return d, err
	}
	for i, raw := range batch {
		f, ignored, err := event(in, raw)
		f.Item = i
		d.Take(f, ignored, err, raw)
	}
	return d, nil
}

// structured reports whether the body is one or several CloudEvents in the
// structured form.
func structured(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && strings.HasPrefix(t, "application/cloudevents")
}

// event decodes one element: a structured CloudEvent or a bare CDEvent. The data of a
// CloudEvent is in data or, in base64, in data_base64; a bare CDEvent is its own data.
func event(in feed.Input, raw []byte) (f feed.Fact, ignored bool, err error) {
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return f, false, fault.Wrap(fault.Invalid, "cloudevents.event", "the event cannot be read: "+feed.Trouble(err), err)
	}
	data := []byte(e.Data)
	switch {
	case len(e.Context) > 0:
		data = raw
	case e.Data64 != "":
		if data, err = base64.StdEncoding.DecodeString(e.Data64); err != nil {
			return f, false, fault.Wrap(fault.Invalid, "cloudevents.event", "data_base64 is not base64", err)
		}
	}
	return fact(in, e.Type, data)
}

// fact decodes one CDEvent. typ is the type in the envelope; "" for a bare event. A
// CloudEvent of another vocabulary is ignored and its data is not read.
func fact(in feed.Input, typ string, data []byte) (f feed.Fact, ignored bool, err error) {
	if typ != "" && !strings.HasPrefix(typ, prefix) {
		return f, true, nil
	}
	var e cdEvent
	if err := json.Unmarshal(data, &e); err != nil {
		return f, false, fault.Wrap(fault.Invalid, "cloudevents.fact", "the event's data is no CDEvent: "+feed.Trouble(err), err)
	}
	// A CDEvent without a type of its own has that of the envelope.
	if e.Context.Type == "" {
		e.Context.Type = typ
	}
	f = feed.Fact{Source: in.Source, Loose: true}
	ignored, err = e.fill(&f)
	return f, ignored, err
}
