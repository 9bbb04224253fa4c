package campaign

import "testing"

func TestSizeAndSeedFollowTheEnvironment(t *testing.T) {
	t.Setenv("POSTERN_CAMPAIGN", "")
	t.Setenv("POSTERN_SEED", "")
	if got := Size(3, 300); got != 3 {
		t.Errorf("Size in make test = %d, want 3", got)
	}
	if a, b := Rand(t).Uint64(), Rand(t).Uint64(); a != b {
		t.Errorf("the seed of make test is not fixed: %d, then %d", a, b)
	}
	t.Setenv("POSTERN_CAMPAIGN", "1")
	if got := Size(3, 300); got != 300 {
		t.Errorf("Size in make campaign = %d, want 300", got)
	}
	if a, b := Rand(t).Uint64(), Rand(t).Uint64(); a == b {
		t.Errorf("two campaigns have the same seed")
	}
	t.Setenv("POSTERN_SEED", "7")
	if a, b := Rand(t).Uint64(), Rand(t).Uint64(); a != b {
		t.Errorf("POSTERN_SEED does not repeat a campaign: %d, then %d", a, b)
	}
}
