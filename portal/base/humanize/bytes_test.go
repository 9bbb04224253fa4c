package humanize_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/humanize"
)

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1,023 bytes", 1024: "1 KiB", 1075: "1 KiB", 1076: "1.1 KiB", 1536: "1.5 KiB", 10188: "9.9 KiB",
		10189:    "10 KiB",
		64 << 20: "64 MiB", 1<<20 - 1: "1 MiB", 1023*1024 + 511: "1,023 KiB", 1023*1024 + 513: "1 MiB", 5 << 30: "5 GiB", 1 << 40: "1 TiB",
		3 << 50: "3 PiB", 1 << 60: "1 EiB", math.MaxInt64: "8 EiB", math.MinInt64: "−8 EiB", -1: "−1 byte", -1536: "−1.5 KiB",
	} {
		if got := humanize.Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

var bytesForm = regexp.MustCompile(`^−?(1 byte|(\d{1,3}|1,0[012]\d) bytes|(\d(\.[1-9])?|[1-9]\d{1,2}|1,0[01]\d|1,02[0-3]) [KMGTPE]iB)$`)

func checkBytes(t interface{ Fatalf(string, ...any) }, a, b int64) {
	size := func(n int64) float64 {
		text := humanize.Bytes(n)
		if !bytesForm.MatchString(text) {
			t.Fatalf("Bytes(%d) = %q", n, text)
		}
		digits, unit, _ := strings.Cut(strings.NewReplacer(",", "", humanize.Minus, "-").Replace(text), " ")
		x, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			t.Fatalf("Bytes(%d) = %q", n, text)
		}
		x *= math.Pow(1024, float64(strings.Index("bKMGTPE", unit[:1])))
		if math.Abs(x-float64(n)) > math.Abs(float64(n))/18 {
			t.Fatalf("Bytes(%d) = %q, which is %v", n, text, x)
		}
		return x
	}
	if x, y := size(a), size(b); a < b && x > y || a > b && x < y {
		t.Fatalf("%d is %q and %d is %q", a, humanize.Bytes(a), b, humanize.Bytes(b))
	}
}

func TestBytesKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shift := rapid.IntRange(0, 62).Draw(t, "shift")
		a := rapid.Int64().Draw(t, "a") >> shift
		checkBytes(t, a, rapid.Int64().Draw(t, "b")>>shift)
		checkBytes(t, a, a+rapid.Int64Range(-4096, 4096).Draw(t, "distance"))
	})
}

func FuzzBytes(f *testing.F) {
	f.Add(int64(1<<20-1), int64(1<<20))
	f.Add(int64(math.MinInt64), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, a, b int64) { checkBytes(t, a, b) })
}
