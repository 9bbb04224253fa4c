package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
)

// night is a library for what is asked at three in the morning.
func night() []Document {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	recovered := int64(1860)
	docs := []Document{
		{
			ID: "runbook", Kind: "runbook", Path: "runbooks/gateway-pool.md", Title: "Gateway pool exhausted", Alerts: []string{"PoolExhausted"},
			Date: day(2026, 1, 1),
			Sections: []Section{
				{Heading: "Meaning", Text: "All connections of the pool are in use."},
				{Heading: "Mitigation", Anchor: "h-mitigation", Text: "Raise pool.max to 200 and restart one cell at a time."},
			},
		},
		{
			ID: "incident", Kind: "postmortem", Path: "postmortems/2026/pool.md", Title: "Checkout failed for all customers",
			Alerts: []string{"PoolExhausted"},
			Date:   day(2026, 10, 3), Recover: &recovered, OpenActions: 1, Services: []string{"payment-gw"},
			Sections: []Section{
				{
					Heading: "Root cause",
					Text: "HikariPool-1 - Connection is not available, request timed out after 30000ms. A deploy set pool.max to 10. " +
						"SQLTransientConnectionException in LedgerRepository.",
				},
				{Heading: "Resolution", Anchor: "h-resolution"},
				{Heading: "What we did", Anchor: "h-what-we-did", Text: "The limit was set back and the gateway restarted."},
				{Heading: "Time to resolve", Text: "Half an hour."},
			},
		},
		{
			ID: "zh", Kind: "postmortem", Path: "postmortems/2026/zh.md", Title: "数据库连接池耗尽导致下单失败", Date: day(2026, 9, 1),
			Sections: []Section{{Heading: "根因", Text: "获取数据库连接超时，连接池耗尽。"}, {Heading: "恢复过程", Text: "回滚配置后恢复。"}},
		},
		{
			ID: "snake", Kind: "page", Path: "kube-pod-crash-looping.html.md", Title: "Restarting pods", Date: day(2024, 1, 1),
			Sections: []Section{{Text: "A pod restarts."}},
		},
		{
			ID: "archived", Kind: "runbook", Path: "runbooks/old.md", Status: "archived", Title: "Pool, the old way",
			Alerts: []string{"PoolExhausted"}, Date: day(2020, 1, 1),
			Sections: []Section{{Heading: "Steps", Text: "Connections of the pool: restart everything."}},
		},
	}
	for i := range 20 { // what everything else is like
		docs = append(docs, Document{
			ID: fmt.Sprintf("other-%02d", i), Kind: "guide", Path: fmt.Sprintf("guides/%02d.md", i),
			Title: fmt.Sprintf("Guide %d for customers", i), Date: day(2023, 1, 1+i),
			Sections: []Section{{Text: "The service restarts after a deploy; customers see the alert on the cluster with severity warning, " +
				"in namespace payments."}},
		})
	}
	return docs
}

func similar(tb testing.TB, x *Index, text string) Likeness {
	tb.Helper()
	r, err := x.Similar(tb.Context(), SimilarRequest{Text: text, Fragments: true})
	if err != nil {
		tb.Fatalf("Similar(%q): %v", text, err)
	}
	return r
}

func TestSimilarAnswers(t *testing.T) {
	x := indexOf(t, night()...)
	tests := []struct{ name, text, want string }{
		{
			"alert",
			"[FIRING:1] PoolExhausted (eu-1 payments warning)\nLabels:\n - alertname = PoolExhausted\n - namespace = payments\n - severity " +
				"= warning\nAnnotations:\n - summary = Pool is full\n",
			"runbook incident",
		},
		{
			"trace",
			"java.sql.SQLTransientConnectionException: HikariPool-7 - Connection is not available, request timed out after 30001ms.\n\tat " +
				"com.acme.LedgerRepository.load(LedgerRepository.java:31)\n",
			"incident",
		},
		{"chinese", "2026-11-24 03:00:00.123 ERROR - 下单失败，原因：获取数据库连接超时", "zh"},
		{"file name", `{"alertname":"KubePodCrashLooping","severity":"warning"}`, "snake"},
		{"other case", "[FIRING:1] poolexhausted", "runbook incident"},
	}
	for _, tt := range tests {
		var got []string
		for _, m := range similar(t, x, tt.text).Matches {
			got = append(got, m.ID)
		}
		if !strings.HasPrefix(strings.Join(got, " "), tt.want) {
			t.Errorf("%s: found %q, want %q first", tt.name, got, tt.want)
		}
	}
}

func TestSimilarHasTheFix(t *testing.T) {
	x := indexOf(t, night()...)
	r := similar(t, x, "[FIRING:1] PoolExhausted")
	runbook, incident := r.Matches[0], r.Matches[1]
	if !runbook.Named || runbook.Fix == nil || runbook.Fix.Anchor != "h-mitigation" {
		t.Errorf("the runbook's fix is %+v", runbook.Fix)
	}
	if incident.Fix == nil || incident.Fix.Anchor != "h-resolution" || !strings.Contains(incident.Fix.Text, "limit was set back") {
		t.Errorf("the incident's fix is %+v", incident.Fix)
	}
	if *incident.Recover != 1860 || incident.OpenActions != 1 || len(incident.Fragments) == 0 || incident.Sections != nil {
		t.Errorf("incident: %+v", incident.Hit)
	}
	if len(r.Notes) != 0 {
		t.Errorf("notes %q on a sure answer", r.Notes)
	}
	if r := similar(t, x, "[FIRING:1] Zzyzxq"); len(r.Matches) != 0 ||
		!slices.Equal(r.Notes, []string{"no document is for the alert “Zzyzxq”"}) {
		t.Errorf("%d matches, notes %q: nothing resembles it", len(r.Matches), r.Notes)
	}
	if r := similar(t, x, "[FIRING:1] NeverHeardOf\nAnnotations:\n - summary = customers see the alert"); len(r.Notes) == 0 ||
		!strings.Contains(r.Notes[0], "NeverHeardOf") {
		t.Errorf("notes %q on an unknown alert", r.Notes)
	}
	byName, err := x.Similar(t.Context(), SimilarRequest{Alert: "poolEXHAUSTED"})
	if err != nil || byName.Matches[0].ID != "runbook" {
		t.Errorf("by name: %+v, %v", byName.Matches, err)
	}
}

func TestSimilarRefuses(t *testing.T) {
	x := indexOf(t, night()...)
	for _, text := range []string{"", " \n", "10.0.0.1 2026-11-24 03:00:00", "[]{}"} {
		if _, err := x.Similar(t.Context(), SimilarRequest{Text: text}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Similar(%q): %v", text, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Similar(ctx, SimilarRequest{Text: "pool"}); err == nil {
		t.Error("a cancelled request was answered")
	}
	long := similar(t, x, strings.Repeat("pool exhausted\n", 1<<14))
	if !long.Reading.Cut || len(long.Notes) == 0 {
		t.Errorf("a long text: cut %v, notes %q", long.Reading.Cut, long.Notes)
	}
}

// Where the labels of an alert say it fired does not change the answer.
func TestSimilarIgnoresLabels(t *testing.T) {
	x := indexOf(t, night()...)
	want := similar(t, x, "[FIRING:1] PoolExhausted").Matches
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("[FIRING:1] PoolExhausted\nLabels:\n - alertname = PoolExhausted\n")
		for _, word := range rapid.SliceOfN(rapid.SampledFrom([]string{
			"customers", "deploy", "restarts", "namespace", "cluster", "payments",
		}), 0, 30).Draw(t, "words") {
			fmt.Fprintf(&b, " - label_%s = %s\n", word, word)
		}
		r, err := x.Similar(context.Background(), SimilarRequest{Text: b.String()})
		if err != nil || len(r.Matches) != len(want) {
			t.Fatalf("%d matches, %v", len(r.Matches), err)
		}
		for i, m := range r.Matches {
			if m.ID != want[i].ID || m.Score != want[i].Score {
				t.Fatalf("match %d is %s (%v), without labels %s (%v)", i, m.ID, m.Score, want[i].ID, want[i].Score)
			}
		}
	})
}

func TestRelated(t *testing.T) {
	x := indexOf(t, night()...)
	for id, want := range map[string]string{"runbook": "incident", "incident": "", "zh": "", "other-03": "", "nothing": ""} {
		found, err := x.Related(t.Context(), id, 3)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range found {
			got = append(got, m.ID)
			if m.ID == id || m.Kind != "postmortem" || m.Sections != nil {
				t.Errorf("%s is related to %+v", id, m.Hit)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("related to %s: %q, want %q", id, got, want)
		}
	}
}
