package paste

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsConstant(t *testing.T) {
	predicate(t, isConstant,
		[]string{"ORA-12541", "MY-010584", "ECONNREFUSED", "ETIMEDOUT", "SIGKILL", "SIGSEGV", "HY000", "OOM_KILL", "X123", "PGRST301"},
		[]string{
			"", "ORA-12", "ERROR", "FATAL", "123ABC", "ora-12541", "SIG", "WARNING", "ABCDE", "EABC", "A12", "LONGCODE12345", "2026-11-24",
			"A_B", "HTTP/1", "CRITICAL", "SIGX",
		})
}

func TestIsCamel(t *testing.T) {
	predicate(t, isCamel,
		[]string{"CrashLoopBackOff", "OOMKilled", "a.b.TimedOutException", "KubePodCrashLooping", "connectionTimeout", "HTTPServerDown"},
		[]string{
			"", "MySQL", "GitHub", "iPhone", "Connection", "connection", "CONNECTION", "Crash-LoopBackOff", "crash_loop_back",
			"TimedOut", "Timedout99",
		})
}

func TestIsSnake(t *testing.T) {
	predicate(t, isSnake,
		[]string{"tidb_skip_isolation_level_check", "tcp_tw_reuse", "node_cpu_total", "a_b_cdefg", "a_b-c.d_e"},
		[]string{"", "tcp_tw", "a_b_c", "_a_bcdefgh", "1_a_bcdefg", "tcp tw reuse_x_y", "connection"})
}

func TestIsErrorNumber(t *testing.T) {
	predicate(t, isErrorNumber, []string{"502", "1062", "999999"}, []string{"", "50", "1234567", "5o2", "-502", "5.2"})
}

func TestLastName(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "C": "C", "a.b.C": "C", "a::b::C": "C", `A\B\C`: "C", "a$C": "C", "a.b.": "a.b.", "a:": "a:",
	} {
		if got := lastName(in); got != want {
			t.Errorf("lastName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCodesIn(t *testing.T) {
	for in, want := range map[string][]string{
		"connection refused":                             nil,
		"dial tcp: ECONNREFUSED, exit code 137":          {"ECONNREFUSED", "137"},
		"ERROR 1062 (23000): Duplicate entry":            {"1062"},
		"took 1062 ms":                                   nil,
		"error code 1234567":                             nil, // longer than a code
		"error code 12":                                  nil,
		"HTTP 502 from upstream, then status=503":        {"502", "503"},
		"pod is in CrashLoopBackOff!":                    {"CrashLoopBackOff"},
		"java.lang.OutOfMemoryError: Java heap":          {"OutOfMemoryError"},
		"set tidb_skip_isolation_level_check=1":          {"tidb_skip_isolation_level_check"},
		"连接失败 ORA-12541 超时":                              {"ORA-12541"},
		"see https://kb/OutOfMemoryKiller&x=SIGTERM_NOW": {"OutOfMemoryKiller", "SIGTERM_NOW"},
		"HY000 2006":                                     {"HY000", "2006"}, // the server's number after SQLSTATE
	} {
		t.Run(in, func(t *testing.T) {
			if diff := cmp.Diff(want, codesIn(in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
