package postmortems

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// actionLines returns each action item as one line.
func actionLines(actions []Action) []string {
	var out []string
	for _, a := range actions {
		due := ""
		if !a.Due.IsZero() {
			due = a.Due.Format(time.DateOnly)
		}
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%s", a.ID, a.Text, a.Type, a.Owner, due, a.Priority, a.Status, a.Ticket))
	}
	return out
}

func TestActionsFromTasksTablesAndFrontMatter(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"task list": {sampleBody("## Action items\n\n- [ ] Alert on pool waits (@payments, due 2026-11-01, P1) PAY-12\n- [x] [prevent] " +
			"Raise the pool, owner: Ada\n- [ ] TBD\n- a remark\n"),
			[]string{"|Alert on pool waits||payments|2026-11-01|P1|open|PAY-12", "|Raise the pool|prevent|Ada|||done|"}},
		"table": {sampleBody("## Follow-up actions\n\n| # | Action Item | Type | Owner | Due | Bug | Status |\n|--|--|--|--|--|--|--|\n| 1 " +
			"| Alert | Detective | @sre | Nov 3, 2026 | PAY-1 | In progress |\n| 2 | Limit | mitigate | ada | | | Won't fix |\n| | | | | | | |\n"),
			[]string{"1|Alert|detect|sre|2026-11-03||open|PAY-1", "2|Limit|mitigate|ada|||dropped|"}},
		"Chinese table": {sampleBody("## 五、改进措施\n\n| 序号 | 改进措施 | 负责人 | 截止时间 | 类型 | 状态 |\n|--|--|--|--|--|--|\n| 1 | 增加连接池告警 | 张三 | " +
			"2026年11月1日 | 检测 | 已完成 |\n"),
			[]string{"1|增加连接池告警|detect|张三|2026-11-01||done|"}},
		"Chinese tasks": {sampleBody("## 改进措施\n\n- [ ] 增加告警（负责人：张三，截止 2026-11-01）\n"),
			[]string{"|增加告警||张三|2026-11-01||open|"}},
		"by and due": {sampleBody("## Action items\n\n- [ ] Page when the rate falls by more than 5 %, owner: ada, due 2024-10-04\n- [ ] " +
			"Limit it by default\n"),
			[]string{"|Page when the rate falls by more than 5 %||ada|2024-10-04||open|", "|Limit it by default|||||open|"}},
		"remarks that are sentences stay": {sampleBody("## Action items\n\n- [ ] Discuss it with @sre\n- [ ] Page on-call for P1\n- [ ] " +
			"[detect] Improve monitoring\n- [ ] Ask (@ada, @ben) first\n- [ ] Close the gap of PAY-12\n- [ ] PAY-13\n- [ ] Alert (@ada) on " +
			"waits; due Nov 3, 2026.\n"),
			[]string{"|Discuss it with @sre||sre|||open|", "|Page on-call for P1||||P1|open|", "|Improve monitoring|detect||||open|",
				"|Ask (@ada, @ben) first||ada|||open|",
				"|Close the gap of PAY-12|||||open|PAY-12", "|PAY-13|||||open|PAY-13", "|Alert on waits||ada|2026-11-03||open|"}},
		"sub-headings": {sampleBody("## Corrective actions\n\n### Prevent\n\n- [ ] Limit\n"), []string{"|Limit|||||open|"}},
		"front matter": {sample("actions:",
			"  - {id: A1, text: Alert, type: detect, owner: sre, due: 2026-11-01, priority: P2, status: done, ticket: PAY-1}", "  - only text"),
			[]string{"A1|Alert|detect|sre|2026-11-01|P2|done|PAY-1", "|only text|||||open|"}},
		"both, once": {sampleBody("## Action items\n\n- [ ] Alert!\n- [ ] alert\n- [ ] Other\n", "actions: [{text: Alert}]"),
			[]string{"|Alert|||||open|", "|Alert!|||||open|", "|Other|||||open|"}},
		"elsewhere": {sampleBody("## Lessons learned\n\n- [ ] not an action\n"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc, problems, err := compileText(c.src)
			if err != nil || HasError(problems) {
				t.Fatal(problems, err)
			}
			if got := actionLines(doc.Actions); !slices.Equal(got, c.want) {
				t.Errorf("got\n %q, want\n %q", got, c.want)
			}
		})
	}
}

// FuzzActions: every action item has a text, a known status and a line.
func FuzzActions(f *testing.F) {
	f.Add("- [ ] Alert (@a, due 2026-11-01)", "| Action | Owner |\n|--|--|\n| x | y |")
	f.Add("- [x] 完成 截止：明天", "| 措施 | 状态 |\n|--|--|\n| 一 | ✅ |")
	f.Fuzz(func(t *testing.T, list, table string) {
		doc, _, err := compileText("# T\n\n## Action items\n" + list + "\n" + table)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range doc.Actions {
			if a.Text == "" || !slices.Contains([]string{"open", "done", "dropped"}, a.Status) || a.Line < 1 {
				t.Fatalf("%+v", a)
			}
		}
	})
}
