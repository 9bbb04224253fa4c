package postmortems

import "testing"

func TestRoleOf(t *testing.T) {
	for role, headings := range map[Role][]string{
		RoleSummary: {"Summary", "What happened?", "What Happened", "Overview", "TL;DR", "Executive Summary:", "1. Summary", "概述", "一、故障概述",
			"Incident Summary", "📝 Summary"},
		RoleBackground: {"Leadup", "Fault", "Background", "Why surprised"},
		RoleImpact:     {"Impact", "User impact", "Summary of impact", "影响范围", "2.1 业务影响"},
		RoleRootCause: {"Root cause", "Root Cause(s)", "Root Causes", "Root cause analysis (5 whys)", "Five Whys", "根因", "三、根本原因",
			"Root Cause Analysis:"},
		RoleFactors:    {"Contributing Factors", "Contributing factor(s)"},
		RoleTrigger:    {"Trigger", "Trigger(s)", "触发"},
		RoleDetection:  {"Detection", "How was it detected?", "发现"},
		RoleResponse:   {"Response", "Responders", "处理过程"},
		RoleResolution: {"Resolution", "Recovery", "Resolution and recovery", "Resolution & Recovery", "恢复"},
		RoleTimeline: {"Timeline", "Timeline of events", "Timeline (all times UTC)",
			"Timeline (all times PST) 06/10/2025. All times approximations",
			"Timeline 2026-10-03", "Timeline: 3 October", "时间线", "时间线（北京时间）", "## Timeline"},
		RoleLessons:   {"Lessons learned", "Lessons Learnt", "Takeaways", "经验教训"},
		RoleWentWell:  {"What went well", "What went well?"},
		RoleWentWrong: {"What went wrong", "What didn't go well", "What didn’t go so well?", "What could have gone better?"},
		RoleLucky:     {"Where we got lucky", "Where did we get lucky"},
		RoleActions: {"Action items", "Action Items:", "Follow-ups", "Corrective and Preventative Measures", "Corrective actions", "改进措施",
			"四、改进措施", "Next steps", "后续行动"},
		RoleNone: {"Indexer", "Why is this malware different?", "", "Time travel", "影响我们的人", "Public Endpoint"},
	} {
		for _, h := range headings {
			if got := roleOf(h); got != role {
				t.Errorf("roleOf(%q) = %q, want %q (folded %q)", h, got, role, foldHeading(h))
			}
		}
	}
}

// A word under two roles would make the role of a heading random.
func TestRoleWordsAreUnique(t *testing.T) {
	seen := map[string]Role{}
	for role, words := range roleWords() {
		for _, w := range words {
			if other, ok := seen[w]; ok {
				t.Errorf("%q has the roles %s and %s", w, role, other)
			}
			seen[w] = role
			if foldHeading(w) != w {
				t.Errorf("%q is folded to %q and can never match", w, foldHeading(w))
			}
		}
	}
}

func FuzzRoleOf(f *testing.F) {
	for _, s := range []string{"Timeline (UTC)", "一、概述", "1.2.3 Root cause: x", "###", "（", "What’s up – doc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, heading string) {
		if folded := foldHeading(heading); roleOf(folded) != roleOf(heading) && foldHeading(folded) == folded {
			t.Fatalf("%q and its folded form %q differ", heading, folded)
		}
	})
}
