package feed

import (
	"fmt"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// MaxLabels bounds the labels, and the annotations, of one alert. Alerts
	// of Kubernetes have 10 to 40; each is read whenever a page lists the
	// alert.
	MaxLabels = 100
	// MaxItem bounds the text of one fact in bytes, with the names of labels
	// and without the statement of an observation: half of 16 full texts and
	// two lists. All facts of a page are in memory together.
	MaxItem = 64 << 10
)

// CheckLabels returns fault.Invalid if an alert has more labels or
// annotations than MaxLabels.
func CheckLabels(labels, annotations int) error {
	for _, n := range []struct {
		count int
		name  string
	}{{labels, "labels"}, {annotations, "annotations"}} {
		if n.count > MaxLabels {
			return fault.Newf(fault.Invalid, "feed.CheckLabels", "the alert has %d %s; at most %d are taken", n.count, n.name, MaxLabels)
		}
	}
	return nil
}

// Oversize returns the reason why a fact is too large to be stored; "" if
// it is not.
func Oversize(f *Fact) string {
	if f.Alert != nil {
		if err := CheckLabels(len(f.Alert.Labels), len(f.Alert.Annotations)); err != nil {
			return fault.Message(err)
		}
	}
	if n := textBytes(f); n > MaxItem {
		return fmt.Sprintf("the item has %d bytes of text; at most %d are taken", n, MaxItem)
	}
	return ""
}

// textBytes returns the length of all texts of a fact.
func textBytes(f *Fact) (n int) {
	add := func(texts ...string) {
		for _, t := range texts {
			n += len(t)
		}
	}
	add(f.Entity, f.Key)
	if v := f.Incident; v != nil {
		add(v.Ref, v.Title, v.Severity, v.RawSeverity, v.Environment, v.Status, v.URL, v.DetectedBy, v.DuplicateOf, v.PostmortemID)
		for _, list := range [][]string{v.Aliases, v.Services, v.Alerts, v.Changes, v.SLOs} {
			add(list...)
		}
	}
	if a := f.Alert; a != nil {
		add(a.Fingerprint, a.Name, a.Severity, a.Service, a.AckedBy, a.Notification, a.Dedup)
		for _, m := range []map[string]string{a.Labels, a.Annotations} {
			for name, value := range m {
				add(name, value)
			}
		}
	}
	if c := f.Change; c != nil {
		add(c.ID, c.Service, c.Environment, c.Kind, c.Outcome, c.Artifact, c.Title, c.URL, c.Author)
		add(c.Incidents...)
	}
	if d := f.Drill; d != nil {
		add(d.ID, d.Title, d.Outcome, d.Document)
		add(d.Services...)
	}
	if o := f.SQL; o != nil {
		add(o.Instance, o.Database, o.User, o.Digest, o.Tag)
		n += 8 * len(o.Times)
	}
	if t := f.Ticket; t != nil {
		add(t.ID, t.URL, t.Status, t.Title, t.Assignee)
	}
	return n
}
