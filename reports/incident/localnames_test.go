package incident

import (
	"slices"
	"strings"
	"testing"
)

// voice makes what a source of a form says of one incident, with aliases.
func voice(source, form, ref string, hour int, aliases ...string) Record {
	v := spoken(source, ref, hour)
	v.Form, v.Aliases = form, aliases
	return v
}

func postmortem(id, ref string, hour int, aliases ...string) Record {
	v := voice("postmortem:"+id, "postmortem", ref, hour, aliases...)
	v.PostmortemID = id
	return v
}

// in puts a voice into an account of its source.
func in(account string, v Record) Record {
	v.Account = account
	return v
}

// grouped folds voices in both orders and returns which belong together, as the
// sorted titles of each incident, and the incidents that are doubted.
func grouped(t *testing.T, voices []Record, edits ...Edit) (groups, doubts []string) {
	t.Helper()
	for range 2 {
		slices.Reverse(voices)
		var now []string
		doubts = nil
		for _, one := range Fold(voices, edits, feedPolicy()) {
			var titles []string
			for _, v := range one.Records {
				titles = append(titles, v.Title)
			}
			slices.Sort(titles)
			now = append(now, strings.Join(titles, " + "))
			for _, d := range one.Uncertainties {
				doubts = append(doubts, one.ID+": "+d)
			}
		}
		slices.Sort(now)
		if groups != nil && !slices.Equal(groups, now) {
			t.Errorf("the order of the voices matters: %v, %v", groups, now)
		}
		groups = now
	}
	slices.Sort(doubts)
	return groups, doubts
}

// A number, and any other alias that a pager gives besides its id, says something
// within its account only.
func TestNumbersOfTwoAccountsAreTwoIncidents(t *testing.T) {
	const page = "https://acme.example/incidents/4711"
	for _, c := range []struct {
		name   string
		voices []Record
		want   []string
	}{
		{"two accounts of PagerDuty", []Record{voice("eu", "pagerduty", "PEU1", 1, "PD-4711"), voice("us", "pagerduty", "PUS7", 2, "PD-4711")},
			[]string{"eu PEU1", "us PUS7"}},
		{"three", []Record{voice("a", "pagerduty", "P1", 1, "PD-1"), voice("b", "pagerduty", "P2", 2, "PD-1"),
			voice("c", "pagerduty", "P3", 3, "PD-1")}, []string{"a P1", "b P2", "c P3"}},
		{"two accounts of Opsgenie", []Record{voice("eu", "opsgenie", "o1", 1, "OG-33"), voice("us", "opsgenie", "o2", 2, "OG-33")},
			[]string{"eu o1", "us o2"}},
		{"the same key of an alert in two accounts", []Record{voice("eu", "pagerduty", "PEU1", 1, "disk-full"),
			voice("us", "pagerduty", "PUS7", 2, "disk-full")}, []string{"eu PEU1", "us PUS7"}},
		{"a key of PagerDuty and one of OnCall", []Record{voice("eu", "pagerduty", "PEU1", 1, "k"), voice("oc", "grafana-oncall", "I1", 2, "k")},
			[]string{"eu PEU1", "oc I1"}},
		{"two trackers' 17", []Record{voice("jira", "ndjson", "17", 1), voice("gitlab", "ndjson", "17", 2)}, []string{"gitlab 17", "jira 17"}},
		{"two trackers' #17", []Record{voice("jira", "ndjson", "#17", 1), voice("gitlab", "ndjson", "#17", 2)},
			[]string{"gitlab #17", "jira #17"}},
		{"two producers' 17 within a source", []Record{in("/a", voice("ci", "cdevents", "17", 1)), in("/b", voice("ci", "cdevents", "17", 2))},
			[]string{"ci 17", "ci 17"}},
		{"two producers' incident-7 within a source", []Record{in("/a", voice("ci", "cdevents", "incident-7", 1)),
			in("/b", voice("ci", "cdevents", "incident-7", 2))}, []string{"ci incident-7 + ci incident-7"}},
		{"the address of a page", []Record{voice("eu", "pagerduty", "PEU1", 1, page), voice("bot", "ndjson", "B", 2, page)},
			[]string{"bot B + eu PEU1"}},
		{"a sender names the only account's number", []Record{voice("eu", "pagerduty", "PEU1", 1, "PD-4711"),
			voice("bot", "ndjson", "INC-1", 2, "PD-4711")}, []string{"bot INC-1 + eu PEU1"}},
		{"a sender names a number of two accounts", []Record{voice("eu", "pagerduty", "PEU1", 1, "PD-1"),
			voice("us", "pagerduty", "PUS7", 2, "PD-1"), voice("bot", "ndjson", "INC-1", 3, "PD-1")}, []string{"bot INC-1", "eu PEU1", "us PUS7"}},
		{"a ref that both accounts name", []Record{voice("eu", "pagerduty", "PEU1", 1, "INC-1"), voice("us", "pagerduty", "PUS7", 2, "INC-1"),
			voice("bot", "ndjson", "INC-1", 3)}, []string{"bot INC-1", "eu PEU1", "us PUS7"}},
		{"a shared ref", []Record{voice("desk", "ndjson", "INC-1", 1), voice("bot", "ndjson", "INC-1", 2)}, []string{"bot INC-1 + desk INC-1"}},
	} {
		if got, _ := grouped(t, c.voices); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A post-mortem that names a number is that of the account which has it. Where several
// have it, it joins none, is in no figure, and says why, until another name or a hand
// says which is meant.
func TestAPostmortemThatNamesANumber(t *testing.T) {
	eu, us := voice("eu", "pagerduty", "PEU1", 1, "PD-4711"), voice("us", "pagerduty", "PUS7", 2, "PD-4711")
	const unclear = "PD-4711: postmortem:p names it PD-4711, which is a name of eu:PEU1, us:PUS7: merge it with the one that is meant"
	for _, c := range []struct {
		name   string
		voices []Record
		edits  []Edit
		want   []string
		doubts []string
	}{
		{"one account", []Record{eu, postmortem("p", "PD-4711", 3)}, nil, []string{"eu PEU1 + postmortem:p PD-4711"}, nil},
		{"one account, as an alias", []Record{eu, postmortem("p", "INC-9", 3, "PD-4711")}, nil, []string{"eu PEU1 + postmortem:p INC-9"}, nil},
		{"two accounts", []Record{eu, us, postmortem("p", "PD-4711", 3)}, nil, []string{"eu PEU1", "postmortem:p PD-4711", "us PUS7"},
			[]string{unclear}},
		{"two accounts, and the id", []Record{eu, us, postmortem("p", "PUS7", 3, "PD-4711")}, nil,
			[]string{"eu PEU1", "postmortem:p PUS7 + us PUS7"}, nil},
		{"two accounts, and the whole name", []Record{eu, us, postmortem("p", "PD-4711", 3, "eu:PEU1")}, nil,
			[]string{"eu PEU1 + postmortem:p PD-4711", "us PUS7"}, nil},
		{"two accounts, merged by hand", []Record{eu, us, postmortem("p", "PD-4711", 3)}, []Edit{byHand(5, Merge, "PUS7", "PD-4711")}, nil, nil},
		{"two post-mortems of one number", []Record{eu, us, postmortem("p", "PD-4711", 3), postmortem("q", "PD-4711", 4)}, nil,
			[]string{"eu PEU1", "postmortem:p PD-4711", "postmortem:q PD-4711", "us PUS7"}, nil},
		{"two accounts of Opsgenie", []Record{voice("eu", "opsgenie", "o1", 1, "OG-33"), voice("us", "opsgenie", "o2", 2, "OG-33"),
			postmortem("p", "OG-33", 3)}, nil, []string{"eu o1", "postmortem:p OG-33", "us o2"}, nil},
		{"a key that one account used twice", []Record{voice("eu", "pagerduty", "P1", 1, "k"), voice("eu", "pagerduty", "P2", 2, "k"),
			postmortem("p", "k", 3)}, nil, []string{"eu P1", "eu P2", "postmortem:p k"}, nil},
	} {
		got, doubts := grouped(t, c.voices, c.edits...)
		if c.want != nil && !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if apart := slices.ContainsFunc(got, func(g string) bool {
			return strings.HasPrefix(g, "postmortem:") &&
				!strings.Contains(g, " + ")
		}); apart != (len(doubts) > 0) {
			t.Errorf("%s: %q are doubted as %q", c.name, got, doubts)
		}
		if c.doubts != nil && !slices.Equal(doubts, c.doubts) {
			t.Errorf("%s: doubted as %q, want %q", c.name, doubts, c.doubts)
		}
	}
}

// A name that several have leads to none of them, and what is said of one by it is
// kept for none.
func TestASharedNumberLeadsToNone(t *testing.T) {
	voices := []Record{voice("eu", "pagerduty", "PEU1", 1, "PD-4711"), voice("us", "pagerduty", "PUS7", 2, "PD-4711"),
		voice("us", "pagerduty", "PUS8", 3, "PD-4712")}
	set := Edit{At: byHand(5, Set, "").At, Who: "kim", Action: Set, Refs: []string{"PD-4711"}, Field: "severity", Value: "SEV1", Why: "test"}
	for _, one := range Fold(voices, []Edit{set}, feedPolicy()) {
		shared := one.ID != "PUS8"
		if slices.Contains(one.Refs, "PD-4711") || slices.Contains(one.Shared, "PD-4711") != shared || one.Severity != "" {
			t.Errorf("%s: names %v, shared %v, severity %q", one.ID, one.Refs, one.Shared, one.Severity)
		}
		if !shared && !slices.Contains(one.Refs, "PD-4712") {
			t.Errorf("a number of one account leads nowhere: %v", one.Refs)
		}
	}
}

// Ids stay what they were; two accounts of one source whose refs are alike have two.
func TestAccountsHaveIdsOfTheirOwn(t *testing.T) {
	alone := Fold([]Record{voice("ci", "cdevents", "17", 1)}, nil, feedPolicy())
	both := Fold([]Record{in("/a", voice("ci", "cdevents", "17", 1)), in("/b", voice("ci", "cdevents", "17", 2))}, nil, feedPolicy())
	if len(both) != 2 || both[0].ID == both[1].ID || both[1].ID != alone[0].ID {
		t.Errorf("%+v, alone %s", both, alone[0].ID)
	}
}
