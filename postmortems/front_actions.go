package postmortems

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// actions reads the action items of the front matter: mappings, or single texts. They
// are in the order of the file, and a single mapping is a list of one.
func (f *front) actions(v yamldoc.Value) {
	for _, item := range f.items(v) {
		if item.Scalar() {
			f.fm.Actions = append(f.fm.Actions, Action{Text: prose(item.Text()), Status: "open", Line: item.Line()})
			continue
		}
		f.action(item)
	}
}

// action reads one mapping. One without a text is reported and dropped. A completion
// date without a status means done.
func (f *front) action(item yamldoc.Value) {
	m := item.Map()
	a := Action{
		ID:       oneLine(m.Value("id").String()),
		Text:     prose(m.Value("text").String()),
		Owner:    oneLine(m.Value("owner").String()),
		Priority: oneLine(m.Value("priority").String()),
		Ticket:   oneLine(m.Value("ticket").String()),
		Line:     item.Line(),
	}
	a.Due, _ = f.time(m.Value("due"), false)
	a.DoneAt, _ = f.time(m.Value("done_at"), true)
	a.Due = utcDay(a.Due)
	kind, status := m.Value("type"), m.Value("status")
	var known bool
	if a.Type, known = actionType(kind.String()); !known {
		f.report(ruleActionWord, at(kind), "type %q is not known: use prevent, detect, mitigate or process", kind.Text())
	}
	if a.Status, known = actionStatus(status.String()); !known {
		f.report(ruleActionWord, at(status), "status %q is not known and is read as open: use open, done or dropped", status.Text())
	}
	if !status.Present() && !a.DoneAt.IsZero() {
		a.Status = "done"
	}
	m.Hint("title", "text")
	m.Hint("description", "text")
	m.Hint("assignee", "owner")
	m.Hint("due_date", "due")
	m.Unknown()
	if a.Text == "" {
		if item.Mapping() {
			f.report(ruleActionText, at(item), "this action item has no text: set text")
		}
		return
	}
	f.fm.Actions = append(f.fm.Actions, a)
}

// actionType maps a word to prevent, detect, mitigate or process; "" when it is absent or
// unknown. It is false for an unknown word. Words are compared without case.
func actionType(word string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "":
		return "", true
	case "prevent", "prevention", "preventive", "preventative", "预防":
		return "prevent", true
	case "detect", "detection", "detective", "monitoring", "检测", "发现", "监控":
		return "detect", true
	case "mitigate", "mitigation", "mitigative", "corrective", "repair", "缓解", "止损", "恢复":
		return "mitigate", true
	case "process", "procedure", "documentation", "training", "流程", "文档", "培训":
		return "process", true
	}
	return "", false
}

// ActionStatuses returns the states of an action item, the most pressing first. Lists
// and filters use this order.
func ActionStatuses() []string { return []string{"open", "done", "dropped"} }

// actionStatus maps a word to open, done or dropped; open when it is absent or unknown.
// It is false for an unknown word. Markup around the word is ignored, as in a table
// cell with **done**.
func actionStatus(word string) (string, bool) {
	w := strings.ToLower(strings.Trim(strings.TrimSpace(word), "*_`[]()"))
	switch w {
	case "", "open", "todo", "to do", "new", "planned", "not started", "pending", "in progress", "wip", "ongoing", "started", "blocked", "no",
		"待办", "未开始", "进行中", "处理中", "待处理", "未完成", "否", "❌", "⏳":
		return "open", true
	case "done", "closed", "complete", "completed", "fixed", "resolved", "finished", "shipped", "merged", "yes", "x",
		"已完成", "完成", "已修复", "已解决", "已关闭", "已上线", "是", "✅", "✔", "✔️", "✓", "☑":
		return "done", true
	case "dropped", "cancelled", "canceled", "won't do", "wontdo", "won't fix", "wontfix", "rejected", "obsolete", "n/a",
		"取消", "已取消", "放弃", "不做", "不修复":
		return "dropped", true
	}
	return "open", false
}

// dayIn returns midnight UTC of the date that a text begins with, zero when it begins
// with none or with an ambiguous one. A date needs its year, since an action item may
// be years old. What follows the date is ignored.
func dayIn(text string) time.Time {
	if t, _, ok := yamldoc.ParseTime(text); ok {
		return utcDay(t)
	}
	s, _, ok := parseStamp(text)
	if !ok || s.year == 0 || s.vague {
		return time.Time{}
	}
	day, ok := s.date(s.year)
	if !ok {
		return time.Time{}
	}
	return day
}
