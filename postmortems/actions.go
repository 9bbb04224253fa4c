package postmortems

import (
	"regexp"
	"strings"
	"time"
)

// actionColumn is the content of a column in an action table. The values are not
// stored.
type actionColumn uint8

const (
	columnOther actionColumn = iota
	columnText
	columnOwner
	columnDue
	columnStatus
	columnType
	columnPriority
	columnTicket
	columnID
	columnDone
)

// columnOf recognises the header of a column, in English or Chinese. A header that is
// not listed is columnOther: its cells are ignored, as they stay in the text of the
// page.
func columnOf(header string) actionColumn {
	if strings.TrimSpace(header) == "#" {
		return columnID
	}
	switch foldHeading(header) {
	case "action", "actions", "action item", "action items", "task", "item", "description", "what", "todo", "title", "follow up",
		"improvement", "measure", "summary",
		"改进措施", "措施", "改进项", "行动项", "事项", "内容", "任务", "描述", "待办", "待办事项", "具体措施", "行动", "改进内容":
		return columnText
	case "owner", "owners", "assignee", "who", "responsible", "assigned", "assigned to", "person", "team", "dri", "负责人", "责任人",
		"跟进人", "执行人", "经办人":
		return columnOwner
	case "due", "due date", "deadline", "eta", "target date", "when", "by when", "by", "date", "截止", "截止时间", "截止日期", "计划完成", "计划完成时间",
		"预计完成时间", "期限", "到期", "时间":
		return columnDue
	case "status", "state", "progress", "done", "状态", "进度", "进展", "完成情况":
		return columnStatus
	case "type", "category", "kind", "class", "类型", "分类", "类别":
		return columnType
	case "priority", "prio", "severity", "优先级":
		return columnPriority
	case "ticket", "tickets", "bug", "issue", "jira", "link", "tracking", "reference", "工单", "单号", "链接", "跟踪":
		return columnTicket
	case "id", "no", "nr", "number", "编号", "序号":
		return columnID
	case "completed", "done at", "completion date", "完成时间", "完成日期", "实际完成时间":
		return columnDone
	}
	return columnOther
}

// readActions returns the action items in sections about actions: task list items, and
// rows of tables with a column for the text. They are in document order, each with its
// line. Rows of other sections are never action items, even task list items.
func readActions(body Body) []Action {
	var actions []Action
	var header []string
	var layout []actionColumn // of the columns of header
	for _, row := range body.Rows {
		if row.Section < 0 || row.Section >= len(body.Sections) || body.Sections[row.Section].Role != RoleActions {
			continue
		}
		a, ok := Action{}, false
		if row.Header != nil {
			if !sameTable(header, row.Header) {
				header, layout = row.Header, actionColumns(row.Header)
			}
			a, ok = tableAction(row, layout)
		} else if row.Checked != nil && len(row.Cells) > 0 {
			a, ok = taskAction(row)
		}
		if ok {
			a.Line = row.Line
			actions = append(actions, a)
		}
	}
	return actions
}

// actionColumns returns the content of each column of a table.
func actionColumns(header []string) []actionColumn {
	layout := make([]actionColumn, len(header))
	for i, h := range header {
		layout[i] = columnOf(h)
	}
	return layout
}

// tableAction reads a table row by its layout. If a row has more cells than the header,
// the columns cannot be assigned: all its cells become the text. It is false for a row
// without a text. The first link of the row is a better reference than the text of a
// ticket column. An open row with a completion date is read as done.
func tableAction(row Row, layout []actionColumn) (Action, bool) {
	a := Action{Status: "open"}
	if len(row.Cells) > len(row.Header) {
		a.Text = prose(strings.Join(row.Cells, " | "))
		return a, !isBlank(a.Text)
	}
	for i, column := range layout {
		a.setColumn(column, cell(row, i))
	}
	if len(row.Links) > 0 {
		a.Ticket = row.Links[0]
	}
	if !a.DoneAt.IsZero() && a.Status == "open" {
		a.Status = "done"
	}
	return a, !isBlank(a.Text)
}

// setColumn sets the field of a column from its cell. The first of several columns of
// texts counts, of others the last. An unknown status counts as open, an unknown type
// as none; both are reported only for front matter, where the words are defined.
func (a *Action) setColumn(column actionColumn, cell string) {
	text := oneLine(cell)
	switch column {
	case columnText:
		if a.Text == "" {
			a.Text = prose(cell)
		}
	case columnOwner:
		a.Owner = strings.TrimPrefix(text, "@")
	case columnDue:
		a.Due = dayIn(text)
		a.noteUnparsed(text)
	case columnStatus:
		a.Status, _ = actionStatus(text)
	case columnType:
		a.Type, _ = actionType(text)
	case columnPriority:
		a.Priority = text
	case columnTicket:
		a.Ticket = text
	case columnID:
		a.ID = text
	case columnDone:
		a.DoneAt = dayIn(text)
		a.noteUnparsed(text)
	}
}

// The marks of a task list item beside its text.
var (
	ownerMark  = regexp.MustCompile(`(?:^|[\s(（,，;；])@([\p{L}\p{N}][\p{L}\p{N}._/-]*)`)
	ownerField = regexp.MustCompile(`(?i:owner|assignee|负责人|责任人)\s*[:：]\s*@?([\p{L}\p{N}][\p{L}\p{N}._/-]*)`)
	dueWord    = regexp.MustCompile(`(?i)(?:\bdue|\bby|\bdeadline|\beta|截止|期限)(?:\s*(?:date|on|日期|时间|到))?\s*[:：]?\s*`)
	typeField  = regexp.MustCompile(`(?i)[(\[（](prevent|prevention|detect|detection|mitigate|mitigation|process|预防|检测|发现|缓解|止损|流程)[)\]）]` +
		`|(?:type|类型)\s*[:：]\s*([\p{L}]+)`)
	ticketWord   = regexp.MustCompile(`\b[A-Z][A-Z0-9]{1,9}-[0-9]{1,7}\b`)
	priorityWord = regexp.MustCompile(`(?:^|[\s(\[（,，])(P[0-4])(?:$|[\s)\]）,，:：])`)
)

// taskAction reads "- [ ] Alert on pool waits (@payments, due 2026-11-01) PAY-12". The
// row must have a cell and a checkbox. A field that is written out ("owner: x") wins
// over a mention ("@x"). The state of the checkbox is the status.
func taskAction(row Row) (Action, bool) {
	text := prose(row.Cells[0])
	a := Action{Text: text, Status: "open", Due: dueIn(text)}
	if *row.Checked {
		a.Status = "done"
	}
	if m := ownerField.FindStringSubmatch(text); m != nil {
		a.Owner = m[1]
	} else if m := ownerMark.FindStringSubmatch(text); m != nil {
		a.Owner = m[1]
	}
	a.Owner = strings.TrimRight(a.Owner, "._-/")
	if a.Due.IsZero() {
		a.noteUnparsedDue(text)
	}
	if m := typeField.FindStringSubmatch(text); m != nil {
		a.Type, _ = actionType(m[1] + m[2])
	}
	if m := priorityWord.FindStringSubmatch(text); m != nil {
		a.Priority = m[1]
	}
	// An address is more useful to readers than the key of a ticket.
	a.Ticket = ticketWord.FindString(text)
	if len(row.Links) > 0 {
		a.Ticket = row.Links[0]
	}
	a.Text = a.withoutMarks()
	return a, !isBlank(text)
}

// dueIn returns the date that directly follows a word such as "due", zero when none does.
// "by" has many other uses, so each of the first occurrences is tried. Both bounds keep
// a hostile text of many such words linear.
func dueIn(text string) time.Time {
	const (
		words   = 64 // occurrences; an action item has fewer
		longest = 40 // bytes; every notation of a date is shorter
	)
	for _, at := range dueWord.FindAllStringIndex(text, words) {
		if day := dayIn(text[at[1]:min(at[1]+longest, len(text))]); !day.IsZero() {
			return day
		}
	}
	return time.Time{}
}

// writtenDay matches text that looks like a date.
var writtenDay = regexp.MustCompile(`^\W{0,3}(?:\d{1,4}\s*[-/.年月]\s*\d{1,2}(?:\s*[-/.月日]\s*\d{0,4})?|` + monthExpr + `(?:\s+\d{1,4})?` +
	`|\d{1,2}(?:st|nd|rd|th)?\s+` + monthExpr +
	`|(?i:(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|next (?:week|month|quarter|year)|q[1-4]|eo[dwmqy])\b)`)

// noteUnparsed records a written date that is not understood. Any other text in such a
// column ("soon") is not taken for a mistake.
func (a *Action) noteUnparsed(text string) {
	if m := writtenDay.FindString(text); m != "" && dayIn(text).IsZero() {
		a.unparsed = strings.TrimSpace(cutRunes(oneLine(text), quotedRunes))
	}
}

// noteUnparsedDue records a date that follows a word such as "due" and is not
// understood. The first one counts.
func (a *Action) noteUnparsedDue(text string) {
	const words, longest = 64, 40
	for _, at := range dueWord.FindAllStringIndex(text, words) {
		if m := writtenDay.FindString(text[at[1]:min(at[1]+longest, len(text))]); m != "" {
			a.unparsed = strings.TrimSpace(m)
			return
		}
	}
}

// isBlank reports whether a text means that there is no action item. Templates leave
// such rows behind.
func isBlank(text string) bool {
	switch strings.Trim(strings.ToLower(text), " .。-–—…*_") {
	case "", "none", "n/a", "na", "tbd", "todo", "nothing", "无", "暂无", "待定":
		return true
	}
	return false
}

// mergeActions returns the action items of the front matter, then those of the body that
// have neither the same id nor the same text. Neither argument is changed. Texts are
// compared without case, blanks, hyphens and underscores. Equal items within one source
// are not merged.
func mergeActions(front, body []Action) []Action {
	known := map[string]bool{}
	for _, a := range front {
		known["text:"+foldWord(a.Text)] = true
		if a.ID != "" {
			known["id:"+a.ID] = true
		}
	}
	out := append([]Action(nil), front...)
	for _, a := range body {
		if !known["text:"+foldWord(a.Text)] && (a.ID == "" || !known["id:"+a.ID]) {
			out = append(out, a)
		}
	}
	return out
}
