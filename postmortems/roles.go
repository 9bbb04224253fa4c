package postmortems

import (
	"regexp"
	"strings"
)

// Role is the subject of a section of a post-mortem, independent of its wording.
// Summaries, timelines, action items and search use it.
type Role string

// The roles of sections.
const (
	RoleNone        Role = ""
	RoleSummary     Role = "summary"
	RoleBackground  Role = "background" // lead-up, fault: how it came about
	RoleImpact      Role = "impact"
	RoleRootCause   Role = "root_cause"
	RoleFactors     Role = "contributing_factors"
	RoleTrigger     Role = "trigger"
	RoleDetection   Role = "detection"
	RoleResponse    Role = "response"
	RoleResolution  Role = "resolution"
	RoleTimeline    Role = "timeline"
	RoleLessons     Role = "lessons"
	RoleWentWell    Role = "went_well"
	RoleWentWrong   Role = "went_wrong"
	RoleLucky       Role = "lucky"
	RoleActions     Role = "actions"
	RoleCommunicate Role = "communication"
	RoleSupporting  Role = "supporting"
)

// roleWords returns the headings of each role: those in the templates of Google,
// PagerDuty, Atlassian, Morgue, icco, Kehoe and Microsoft, and their Chinese
// counterparts, in the form that foldHeading returns.
func roleWords() map[Role][]string {
	return map[Role][]string{
		RoleSummary: {"summary", "executive summary", "incident summary", "issue summary", "overview", "what happened", "tl dr",
			"tldr", "abstract",
			"description", "incident description", "postmortem summary", "brief", "high level summary",
			"概述", "摘要", "总结", "概要", "事件概述", "故障概述", "事故概述", "故障描述", "事件描述", "故障简述", "背景与概述", "故障现象", "现象"},
		RoleBackground: {"background", "leadup", "lead up", "fault", "context", "why surprised", "why were we surprised", "背景", "前情", "故障背景"},
		RoleImpact: {"impact", "user impact", "customer impact", "summary of impact", "business impact", "impact assessment", "scope",
			"affected services", "who was affected",
			"影响", "影响范围", "影响面", "业务影响", "用户影响", "故障影响", "影响评估"},
		RoleRootCause: {"root cause", "root causes", "root cause analysis", "root cause and trigger", "cause", "causes", "rca", "five whys",
			"whys", "the five whys",
			"root cause of the outage", "what caused the incident", "why did it happen", "incident cause",
			"根因", "根本原因", "根因分析", "原因", "原因分析", "故障原因", "问题原因", "故障根因", "五个为什么"},
		RoleFactors: {"contributing factor", "contributing factors", "contributing conditions", "contributing factors and root causes",
			"process breakdowns",
			"促成因素", "诱因", "贡献因素", "影响因素", "相关因素"},
		RoleTrigger: {"trigger", "triggers", "what triggered it", "触发", "触发原因", "触发条件", "触发因素", "直接原因"},
		RoleDetection: {"detection", "how was it detected", "how did we find out", "how we detected it", "discovery", "alerting", "发现", "发现方式",
			"故障发现", "问题发现", "检测", "监控与发现"},
		RoleResponse: {"response", "incident response", "responders", "how did we respond", "diagnosis", "investigation", "troubleshooting",
			"响应", "处理过程", "应急响应", "故障处理", "排查过程", "排查", "定位过程", "诊断"},
		RoleResolution: {"resolution", "recovery", "resolution and recovery", "mitigation", "mitigation and resolution", "fix", "remediation",
			"how was it resolved", "what fixed it",
			"恢复", "恢复过程", "解决", "解决方案", "解决办法", "修复", "止损", "缓解", "故障恢复", "缓解措施", "处置"},
		RoleTimeline: {"timeline", "timeline of events", "incident timeline", "event timeline", "chronology", "sequence of events",
			"detailed timeline", "events", "history",
			"时间线", "时间轴", "事件时间线", "故障时间线", "处理时间线", "经过", "事件经过", "故障经过", "时间经过"},
		RoleLessons: {"lessons", "lessons learned", "lessons learnt", "learnings", "takeaways", "key takeaways", "reflections", "retrospective",
			"what did we learn", "what we learned", "what have we learned",
			"经验教训", "教训", "经验", "经验总结", "反思", "复盘", "复盘总结", "总结与反思"},
		RoleWentWell: {"what went well", "went well", "what worked", "things that went well", "the good", "做得好的", "做得好的地方", "做得好", "亮点"},
		RoleWentWrong: {"what went wrong", "went wrong", "what didn't go well", "what did not go well", "what didnt go well", "what went badly",
			"what could have gone better",
			"what could be improved", "things that went poorly", "what went poorly", "what didn't go so well", "the bad", "做得不好的", "做得不好的地方", "不足",
			"待改进", "问题与不足"},
		RoleLucky: {"where we got lucky", "where did we get lucky", "what was lucky", "lucky", "luck", "we got lucky", "幸运", "侥幸", "运气", "幸运之处"},
		RoleActions: {"action items", "action item", "actions", "actions items", "follow up", "follow ups", "follow up actions",
			"follow up items", "followups", "next steps", "corrective actions", "corrective action",
			"corrective and preventative measures", "corrective and preventative measure", "corrective and preventive measures",
			"corrective and preventive actions", "preventive measures", "preventative measures",
			"preventive actions", "remediations", "remediation items", "improvements", "todo", "to do", "tasks", "backlog", "jira tickets",
			"改进措施", "改进", "改进项", "后续改进", "行动项", "后续行动", "后续措施", "改进计划", "整改措施", "待办", "待办事项", "预防措施", "跟进事项", "措施", "改进行动", "下一步"},
		RoleCommunicate: {"messaging", "internal email", "external message", "internal messaging", "external messaging", "communication",
			"communications", "沟通", "对外公告", "公告"},
		RoleSupporting: {"supporting information", "supporting documents", "appendix", "references", "links", "related", "related incidents",
			"glossary", "附录", "参考", "参考资料", "相关链接", "术语"},
	}
}

// roleTable is the inverse of roleWords. It is read only.
var roleTable = func() map[string]Role {
	table := map[string]Role{}
	for role, words := range roleWords() {
		for _, w := range words {
			table[w] = role
		}
	}
	return table
}()

// The parts of a heading that foldHeading removes.
var (
	remark      = regexp.MustCompile(`[（(\[【][^）)\]】]*[）)\]】]?`)
	numbering   = regexp.MustCompile(`^[\s\p{So}\p{Sk}*_#]*(?:[0-9]+(?:\.[0-9]+)*[.、):：]?|[一二三四五六七八九十]+[、.．:：])?\s*`)
	addition    = regexp.MustCompile(`^(.{2,}?)\s*(?:[:：]|\s[-–—]\s|\s\d).*$`)
	punctuation = regexp.MustCompile(`[^\p{L}\p{N}' ]+`)
)

// foldHeading removes what authors add to a heading: numbers, markup, emoji, remarks in
// brackets, dates, and everything after a colon or a dash. The result has lower case,
// single blanks and no punctuation but apostrophes. It may be empty.
func foldHeading(heading string) string {
	h := strings.ToLower(strings.NewReplacer("’", "'", "‘", "'", "&", " and ", "\u00a0", " ").Replace(heading))
	h = numbering.ReplaceAllString(remark.ReplaceAllString(h, " "), "")
	if m := addition.FindStringSubmatch(h); m != nil {
		h = m[1]
	}
	h = punctuation.ReplaceAllString(h, " ")
	return strings.TrimSuffix(strings.Join(strings.Fields(h), " "), " utc")
}

// roleOf returns the role that a heading names, RoleNone for any other heading.
func roleOf(heading string) Role { return roleTable[foldHeading(heading)] }

// assignRoles sets the role of every section. A section without a role of its own has the
// role of the section that contains it ("Timeline" > "2026-10-03"). sections must be in
// document order. Text above the first heading has no role.
func assignRoles(sections []Section) {
	type open struct {
		level int
		role  Role
	}
	// stack holds the headings that contain the current one, outermost first.
	var stack []open
	for i := range sections {
		s := &sections[i]
		if s.Heading == "" {
			continue
		}
		for len(stack) > 0 && stack[len(stack)-1].level >= s.Level {
			stack = stack[:len(stack)-1]
		}
		// A heading of its own role ends the inheritance, even inside a timeline.
		s.Role = roleOf(s.Heading)
		if s.Role == RoleNone && len(stack) > 0 {
			s.Role = stack[len(stack)-1].role
		}
		stack = append(stack, open{s.Level, s.Role})
	}
}
