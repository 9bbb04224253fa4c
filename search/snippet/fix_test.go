package snippet

import "testing"

func TestFixWorth(t *testing.T) {
	for heading, want := range map[string]int{
		"Mitigation": 3, "How we recovered": 3, "Resolution and recovery": 3, "恢复过程": 3, "Steps": 2, "Troubleshooting": 2,
		"Response": 1, "Action items": 0, "Time to resolve": 0, "恢复时间": 0, "Root cause": 0, "Lessons": 0, "": 0,
	} {
		if got := fixWorth(heading); got != want {
			t.Errorf("fixWorth(%q) = %d, want %d", heading, got, want)
		}
	}
}
