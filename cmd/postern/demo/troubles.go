package demo

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/postern/postern/cmd/postern/demo/story"
	"github.com/postern/postern/portal/base/yamldoc"
)

// Troubles returns the incidents that the sample post-mortems describe, for the feeds
// of the demo, in the order of their paths, which begin with the year and the date.
// Post-mortems without a start, a reference or services are left out: the feeds could
// not name what they are about.
func Troubles() ([]story.Trouble, error) {
	var out []story.Trouble
	err := fs.WalkDir(FS(), "postmortems", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".md") {
			return err
		}
		data, err := fs.ReadFile(FS(), name)
		if err != nil {
			return err
		}
		t, err := trouble(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !t.Started.IsZero() && t.Ref != "" && len(t.Services) > 0 {
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// trouble returns the incident in the front matter of one post-mortem; its zero value
// if there is no front matter. A time that is absent or not RFC 3339 is left zero. Only
// the fields that feeds need are read: postmortems.Compile would also render the text.
func trouble(data []byte) (t story.Trouble, err error) {
	front, _, found := bytes.Cut(bytes.TrimPrefix(data, []byte("---\n")), []byte("\n---\n"))
	if !found {
		return t, nil
	}
	doc, issues := yamldoc.Parse(front, yamldoc.Limits{})
	if doc == nil {
		return t, fmt.Errorf("the front matter cannot be read: %v", issues)
	}
	root := doc.Root()
	incident, times := root.Value("incident").Map(), root.Value("times").Map()
	t = story.Trouble{
		Ref: incident.Value("ref").String(), Title: root.Value("title").String(), Severity: incident.Value("severity").String(),
		ByAlert: incident.Value("detected_by").String() == "alert",
	}
	for _, v := range incident.Value("services").Items() {
		t.Services = append(t.Services, v.String())
	}
	for _, v := range root.Value("alerts").Items() {
		t.Alerts = append(t.Alerts, v.String())
	}
	// A post-mortem may state when service recovered without a separate mitigation; the
	// story ends an incident at its mitigation.
	for name, into := range map[string]*time.Time{
		"started": &t.Started, "detected": &t.Detected, "acknowledged": &t.Acknowledged, "diagnosed": &t.Diagnosed, "mitigated": &t.Mitigated,
		"resolved": &t.Resolved,
	} {
		text := times.Value(name).String()
		if text == "" && name == "mitigated" {
			text = times.Value("recovered").String()
		}
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			*into = at
		}
	}
	return t, nil
}
