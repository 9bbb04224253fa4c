package signals

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/incident"
)

// TestNamesOfTwoIncidents: two trackers have a 17, and two reports of one ref may be
// split. What a person says of one of them is about that one.
func TestNamesOfTwoIncidents(t *testing.T) {
	f := open(t)
	for i, source := range []string{"jira", "gitlab"} {
		f.feeds.voices = append(
			f.feeds.voices,
			incident.Record{
				Source: source,
				Form:   "ndjson",
				Ref:    "17",
				Rev:    1,
				At:     at(i),
				Title:  source,
				Times:  map[incident.Milestone]incident.Moment{incident.Started: {At: at(i)}},
			},
			incident.Record{
				Source:  "desk",
				Form:    "ndjson",
				Ref:     "MORE-" + source,
				Rev:     1,
				At:      at(i + 2),
				Aliases: []string{source + ":17"},
				Times:   map[incident.Milestone]incident.Moment{incident.Started: {At: at(i + 2)}},
			},
			incident.Record{
				Source: source,
				Form:   "ndjson",
				Ref:    "INC-7",
				Rev:    1,
				At:     at(i + 4),
				Title:  source,
				Times:  map[incident.Milestone]incident.Moment{incident.Started: {At: at(i + 4)}},
			},
		)
	}
	f.feeds.write("incident")
	edit := func(id string, e incident.Edit) incident.Incident {
		t.Helper()
		e.Why, f.now = "test", f.now.Add(time.Minute)
		in, err := f.Edit(t.Context(), zoe(""), id, e)
		if err != nil {
			t.Fatalf("%s of %s: %v", e.Action, id, err)
		}
		return in
	}
	find := func(id string) incident.Incident {
		t.Helper()
		in, err := f.Exact().Incident(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	edit("jira:17", incident.Edit{Action: incident.Split, Refs: []string{"17"}})
	if in := find("gitlab:17"); len(in.Records) != 2 {
		t.Errorf("splitting jira's 17 off left gitlab's with %d voices, want 2", len(in.Records))
	}
	edit("INC-7", incident.Edit{Action: incident.Split, Refs: []string{"gitlab:INC-7"}})
	edit("INC-7", incident.Edit{Action: incident.Set, Field: "severity", Value: "SEV1"})
	if in := find("gitlab:INC-7"); in.Severity != "" {
		t.Errorf("the severity of jira's INC-7 is that of gitlab's too: %s", in.Severity)
	}
	if in := find("INC-7"); in.Severity != "SEV1" {
		t.Errorf("INC-7 has the severity %q, want SEV1", in.Severity)
	}
	if in := edit("MORE-jira", incident.Edit{Action: incident.Merge, Refs: []string{"gitlab:INC-7"}}); len(in.Records) != 2 {
		t.Errorf("merging what was split off gives %d voices, want 2: %v", len(in.Records), in.Refs)
	}
	if in := find("jira:INC-7"); len(in.Records) != 1 {
		t.Errorf("jira's INC-7 was taken in with gitlab's: %v", in.Refs)
	}
}
