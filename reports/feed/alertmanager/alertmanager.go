// Package alertmanager owns the reading of the webhooks of Prometheus
// Alertmanager (version 4 of the message) and of Grafana Alerting, which sends
// the same with more fields. It is pure.
//
// Data layout: one message becomes one signal an alert. The entity is the episode,
// "fingerprint/startsAt"; the key is the notification, the hash of the group, the
// receiver and which alerts are in which state. Twins of a highly available pair
// and retries send the same notification, so they count once, whatever differs in
// the wording. A repeat that Alertmanager itself calls so ("repeat interval
// elapsed", from version 0.34 on) counts again, once an hour.
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

// Name is the name of the format.
const Name = "alertmanager"

// Format returns the format.
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

// message is the body. Fields that are not named carry nothing for Postern.
type message struct {
	GroupKey  string            `json:"groupKey"`
	Truncated json.RawMessage   `json:"truncatedAlerts"`
	Receiver  string            `json:"receiver"`
	Reason    string            `json:"notification_reason"`
	Alerts    []json.RawMessage `json:"alerts"`
}

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

// repeated is what a message says that repeats an earlier one on purpose.
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
	// The alerts count although how many were left out is not known.
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
			it.ends = received.UTC() // resolved, and no word of when: by now
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

// fingerprint stands in for senders that give none (Alertmanager before 0.20).
func fingerprint(labels map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		write(h, name, labels[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// write hashes fields so that no two lists of fields give the same bytes.
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

// notification names what the message says, however it is worded and whoever of a
// pair sent it.
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

// dedup is the key under which Alertmanager itself tells a pager of the group:
// PagerDuty's dedup_key is the SHA-256 of the group key in hexadecimal digits
// (prometheus/alertmanager, notify.Key.Hash).
func dedup(group string) string {
	if group == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(group))
	return hex.EncodeToString(sum[:])
}

// pages tells whether an alert wakes a person: by its severity, or because its
// receiver is called after a pager.
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
