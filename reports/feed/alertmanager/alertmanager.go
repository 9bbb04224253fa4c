// Package alertmanager decodes the webhooks of Prometheus Alertmanager
// (version 4 of the message) and of Grafana Alerting, which sends the same
// with more fields.
//
// One message becomes one signal per alert. The entity is the episode,
// "fingerprint/startsAt". The key is the notification: the hash of the
// group, the receiver and the state of each alert. The two servers of a
// highly available pair and retries send the same notification, so it
// counts once, whatever the annotations. A repeat that Alertmanager marks
// as one ("repeat interval elapsed", from version 0.34 on) counts again,
// once per hour.
//
// The labels alertname, service and severity are read; "page" and
// "critical", and receivers named after a pager, mark an alert that pages a
// person. An alert with status "resolved" and without an end ended at its
// receipt at the latest.
//
// The format:
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
package alertmanager

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "alertmanager"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "Alertmanager",
		Sends:     "Prometheus Alertmanager and Grafana Alerting: a webhook receiver",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 20, LocalNames: true},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// message is the body. Postern does not use other fields.
type message struct {
	GroupKey  string            `json:"groupKey"`
	Truncated json.RawMessage   `json:"truncatedAlerts"`
	Receiver  string            `json:"receiver"`
	Reason    string            `json:"notification_reason"`
	Alerts    []json.RawMessage `json:"alerts"`
}

// item is one alert of a message.
type item struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    string            `json:"startsAt"`
	EndsAt      string            `json:"endsAt"`
	Fingerprint string            `json:"fingerprint"`

	index        int
	starts, ends time.Time
}

// repeated is the reason of a message that repeats an earlier one on
// purpose.
const repeated = "repeat interval elapsed"

// Decode implements feed.Decoder.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	var m message
	if err := feed.ReadJSON(in.Body, &m); err != nil {
		return d, err
	}
	if m.Alerts == nil {
		return d, fault.New(fault.Invalid, "alertmanager.Decode", "this is no Alertmanager webhook: it has no list of alerts")
	}
	var items []item
	for i, raw := range m.Alerts {
		it, err := readItem(raw, in.Received)
		if err != nil {
			d.Reject(feed.Rejection{Index: i, Reason: feed.Reason(err), Raw: raw})
			continue
		}
		it.index = i
		items = append(items, it)
	}
	// The alerts count even if the number of omitted ones is unknown.
	truncated, _, err := feed.Truncated().ReadCount("truncatedAlerts", m.Truncated)
	if err != nil {
		d.Reject(feed.Rejection{Index: len(m.Alerts), Reason: feed.Reason(err) + "; how many alerts were left out of this message is not known"})
	}
	id := m.notification(items, in.Received)
	for _, it := range items {
		d.Facts = append(d.Facts, it.fact(in, m, id, int(truncated)))
	}
	return d, nil
}

// readItem decodes one alert of a message. It returns fault.Invalid if the
// alert has no name or times.
func readItem(raw json.RawMessage, received time.Time) (it item, err error) {
	const op = "alertmanager.item"
	if err := feed.ReadJSON(raw, &it); err != nil {
		return it, err
	}
	if it.starts, err = feed.ReadTime(it.StartsAt); err != nil {
		return it, err
	}
	if it.starts.Year() <= 1 {
		return it, fault.New(fault.Invalid, op, "the alert does not say when it started (startsAt)")
	}
	switch it.Status {
	case "firing":
	case "resolved":
		if it.ends, err = feed.ReadTime(it.EndsAt); err != nil {
			return it, err
		}
		if it.ends.Year() <= 1 {
			it.ends = received.UTC() // resolved at an unknown time, at the latest now
		}
	default:
		return it, fault.Newf(fault.Invalid, op, "the status of the alert is %q; it must be firing or resolved", feed.Text(it.Status))
	}
	if len(it.Labels) == 0 {
		return it, fault.New(fault.Invalid, op, "the alert has no labels")
	}
	if err := feed.CheckLabels(len(it.Labels), len(it.Annotations)); err != nil {
		return it, err
	}
	if it.Fingerprint == "" {
		it.Fingerprint = fingerprint(it.Labels)
	}
	it.Fingerprint = feed.Text(it.Fingerprint)
	return it, nil
}

// fingerprint returns a fingerprint for senders without one (Alertmanager
// before 0.20).
func fingerprint(labels map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		write(h, name, labels[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// write hashes fields with their lengths, so that different lists of fields
// give different bytes.
func write(w io.Writer, fields ...string) {
	var length [8]byte
	for _, f := range fields {
		for i := range length {
			length[i] = byte(len(f) >> (8 * i))
		}
		_, _ = w.Write(length[:]) // a hash takes everything
		_, _ = io.WriteString(w, f)
	}
}

// notification returns the key of what the message reports, whatever its
// wording and whichever server of a pair sent it.
func (m message) notification(items []item, received time.Time) string {
	states := make([]string, 0, len(items))
	for _, it := range items {
		states = append(states, it.Fingerprint+" "+it.starts.Format(time.RFC3339Nano)+" "+it.Status)
	}
	slices.Sort(states)
	h := sha256.New()
	write(h, m.GroupKey, m.Receiver)
	write(h, states...)
	if m.Reason == repeated {
		write(h, received.UTC().Truncate(time.Hour).Format(time.RFC3339))
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// fact returns the signal of one alert.
func (it item) fact(in feed.Input, m message, id string, truncated int) feed.Fact {
	s := &alert.Signal{
		Source: in.Source, Fingerprint: it.Fingerprint, StartsAt: it.starts, EndsAt: it.ends,
		Name: feed.Text(it.Labels["alertname"]), Labels: texts(it.Labels), Annotations: texts(it.Annotations),
		Severity: feed.Text(it.Labels["severity"]), Service: feed.Text(it.Labels["service"]),
		Notification: id, Truncated: truncated, At: in.Received.UTC(), Dedup: dedup(m.GroupKey),
	}
	s.Paging = pages(s.Severity, m.Receiver)
	return feed.Fact{
		Kind: feed.Alert, Source: in.Source, Entity: it.Fingerprint + "/" + it.starts.Format(time.RFC3339Nano), Key: id,
		At: in.Received.UTC(), Item: it.index, Loose: true, Alert: s,
	}
}

// dedup returns the key under which Alertmanager reports the group to a
// pager: PagerDuty's dedup_key is the hexadecimal SHA-256 of the group key
// (prometheus/alertmanager, notify.Key.Hash).
func dedup(group string) string {
	if group == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(group))
	return hex.EncodeToString(sum[:])
}

// pages reports whether an alert pages a person: by its severity, or
// because its receiver is named after a pager.
func pages(severity, receiver string) bool {
	switch strings.ToLower(severity) {
	case "page", "critical", "emergency", "disaster", "fatal", "p0", "p1", "sev1":
		return true
	}
	receiver = strings.ToLower(receiver)
	for _, word := range []string{"pager", "oncall", "on-call", "opsgenie", "victorops"} {
		if strings.Contains(receiver, word) {
			return true
		}
	}
	return false
}

// texts bounds labels and annotations.
func texts(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(in))
	out := make(map[string]string, min(len(names), feed.MaxList))
	for _, name := range names[:min(len(names), feed.MaxList)] {
		out[feed.Text(name)] = feed.Text(in[name])
	}
	return out
}
