package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// TestAlertmanagerPair lets two real Alertmanagers, a highly available pair, send
// to a real portal, and disturbs them: one is stopped for a while and killed in
// the end, the portal is killed and started again in between. Every episode must
// be there once, with its two notifications, and be over.
func TestAlertmanagerPair(t *testing.T) {
	needAlertmanager(t)
	p := newPortalProcess(t)
	config := amConfig(t, p)
	a := startAlertmanager(t, config, "")
	b := startAlertmanager(t, config, a.cluster)

	a.post(t, 0, 8, false)
	b.post(t, 0, 8, false)
	p.awaitAccepted(t, 8)

	a.signal(t, syscall.SIGSTOP) // its twin goes on alone
	b.post(t, 8, 16, false)
	p.awaitAccepted(t, 16)
	a.signal(t, syscall.SIGCONT)

	p.kill(t)
	a.post(t, 16, 24, false)
	b.post(t, 16, 24, false)
	p.start(t)
	p.awaitAccepted(t, 24)

	a.signal(t, syscall.SIGKILL)
	b.post(t, 0, 24, true)
	p.awaitAccepted(t, 48)
	p.kill(t)
	p.checkEpisodes(t, 24)
}

const (
	amBinary = "prometheus-alertmanager"
	// patience is for a loaded test machine.
	patience = 60 * time.Second
	amToken  = "alerts"
)

// needAlertmanager skips by name without it, or fails where every test must run.
func needAlertmanager(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath(amBinary); err == nil {
		return
	}
	if os.Getenv("POSTERN_REQUIRE") != "" {
		t.Fatal(amBinary + " is not installed")
	}
	t.Skip(amBinary + " is not installed")
}

// freePort gives a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// portalProcess is `postern serve` as another process, on a fixed address.
type portalProcess struct {
	dir, address, token string
	cmd                 *exec.Cmd
}

func newPortalProcess(t *testing.T) *portalProcess {
	t.Helper()
	p := &portalProcess{dir: filepath.Join(t.TempDir(), "data"), address: freePort(t)}
	p.start(t)
	t.Cleanup(func() { p.kill(t) })
	out, err := p.command("token", "create", "--role", "feeder", "--name", amToken).Output()
	if err != nil {
		t.Fatal(err)
	}
	p.token = strings.TrimSpace(string(out))
	return p
}

// command runs this test binary as postern.
func (p *portalProcess) command(args ...string) *exec.Cmd {
	return exec.Command("postern", append([]string{"--data-dir", p.dir}, args...)...)
}

func (p *portalProcess) start(t *testing.T) {
	t.Helper()
	p.cmd = p.command("serve", "--listen", p.address)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the portal said %q, %v", line, err)
	}
}

func (p *portalProcess) kill(t *testing.T) {
	t.Helper()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
	p.cmd = nil
}

// accepted is what the portal says of the source.
func (p *portalProcess) accepted() (n int, err error) {
	res, err := http.Get("http://" + p.address + "/api/v1/feeds")
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Feeds []struct {
			Accepted, Rejected int
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return 0, err
	}
	for _, f := range answer.Feeds {
		if f.Rejected > 0 {
			return 0, fmt.Errorf("%d rejected", f.Rejected)
		}
		n += f.Accepted
	}
	return n, nil
}

func (p *portalProcess) awaitAccepted(t *testing.T, want int) {
	t.Helper()
	await(t, fmt.Sprintf("%d accepted", want), func() (string, bool) {
		n, err := p.accepted()
		if n > want {
			t.Fatalf("%d accepted, want %d", n, want)
		}
		return fmt.Sprint(n, err), n == want
	})
}

// await polls a process until the condition holds.
func await(t *testing.T, what string, holds func() (now string, ok bool)) {
	t.Helper()
	now := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var ok bool
		if now, ok = holds(); ok {
			return
		}
	}
	t.Fatalf("waited for %s in vain: %s", what, now)
}

// checkEpisodes reads the data of the killed portal by its documented layout.
func (p *portalProcess) checkEpisodes(t *testing.T, want int) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(p.dir, "postern.db"), 0o600, &bolt.Options{ReadOnly: true, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	notifications := map[string]int{}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("ledger.fact")).ForEach(func(key, _ []byte) error {
			episode, _, _ := bytes.Cut(bytes.TrimPrefix(key, []byte("alert\x00"+amToken+"\x00")), []byte{0})
			notifications[string(episode)]++
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for episode, n := range notifications {
		if n != 2 {
			t.Errorf("%s has %d notifications, want one that it fires and one that it is over", episode, n)
		}
	}
	if len(notifications) != want {
		t.Errorf("%d episodes, want %d", len(notifications), want)
	}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("ledger.entity")).ForEach(func(key, span []byte) error {
			if slices.Compare(span[8:16], span[16:24]) > 0 {
				t.Errorf("%q is still open", key)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// amConfig makes every alert a group of its own, sent at once.
func amConfig(t *testing.T, p *portalProcess) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "alertmanager.yml")
	text := fmt.Sprintf(`
route: {receiver: postern, group_by: ['...'], group_wait: 10ms, group_interval: 500ms, repeat_interval: 1h}
receivers:
  - name: postern
    webhook_configs:
      - url: http://%s/api/v1/feeds/alertmanager?source=%s
        send_resolved: true
        http_config: {authorization: {credentials: %s}}
`, p.address, amToken, p.token)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// alertmanager is one of the pair.
type alertmanager struct {
	cmd          *exec.Cmd
	web, cluster string
}

func startAlertmanager(t *testing.T, config, peer string) *alertmanager {
	t.Helper()
	m := &alertmanager{web: freePort(t), cluster: freePort(t)}
	args := []string{
		"--config.file=" + config, "--storage.path=" + t.TempDir(), "--web.listen-address=" + m.web, "--cluster.listen-address=" + m.cluster,
		"--cluster.gossip-interval=20ms", "--cluster.peer-timeout=1s", "--cluster.probe-timeout=100ms", "--cluster.probe-interval=200ms",
		"--log.level=error",
	}
	if peer != "" {
		args = append(args, "--cluster.peer="+peer)
	}
	m.cmd = exec.Command(amBinary, args...)
	var log bytes.Buffer
	m.cmd.Stderr = &log
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = m.cmd.Process.Kill() // it may have ended
		_ = m.cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", m.web, log.String())
		}
	})
	await(t, "an Alertmanager", func() (string, bool) {
		res, err := http.Get("http://" + m.web + "/-/ready")
		if err != nil {
			return err.Error(), false
		}
		_ = res.Body.Close()
		return res.Status, res.StatusCode == http.StatusOK
	})
	return m
}

func (m *alertmanager) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := m.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// post tells of the alerts with the numbers from (inclusive) to (exclusive), as
// Prometheus does.
func (m *alertmanager) post(t *testing.T, from, to int, over bool) {
	t.Helper()
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if now := time.Now(); began.After(now) {
		began = now.Add(-time.Hour).Truncate(time.Hour)
	}
	var alerts []map[string]any
	for i := from; i < to; i++ {
		a := map[string]any{
			"labels":   map[string]string{"alertname": "Down", "severity": "critical", "instance": fmt.Sprint("cart-", i)},
			"startsAt": began.Add(time.Duration(i) * time.Second), "endsAt": time.Now().Add(time.Hour),
		}
		if over {
			a["endsAt"] = time.Now()
		}
		alerts = append(alerts, a)
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post("http://"+m.web+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body) // it only makes the failure clearer
		t.Fatalf("alerts were refused: %s %s", res.Status, text)
	}
}
