package gitrepo

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/postmortems/gitrepo/wire"
)

func TestShallowCloneAndPush(t *testing.T) {
	s := newSite(t)
	a := s.author()
	for i := range 3 {
		a.write("a.md", fmt.Sprintf("# A%d\n", i))
		a.commit(fmt.Sprintf("commit %d", i))
	}
	a.git("push", "origin", "main")
	b := s.author()
	out := b.git("-c", "protocol.version=2", "clone", "-q", "--depth=1", s.url, "shallow")
	b.dir = filepath.Join(b.dir, "shallow")
	if n := b.git("rev-list", "--count", "HEAD"); n != "1" {
		t.Errorf("a shallow clone has %s commits:\n%s", n, out)
	}
	b.write("b.md", "# B\n")
	b.commit("from a shallow clone")
	b.git("push", "origin", "main")
	if got := changes(s.last().Net); got != "new b.md" {
		t.Errorf("net: %s", got)
	}
	for _, version := range []string{"0", "1", "2"} {
		c := s.author()
		c.git("-c", "protocol.version="+version, "clone", "-q", s.url, "full")
		if n := c.git("-C", "full", "rev-list", "--count", "HEAD"); n != "4" {
			t.Errorf("protocol %s: %s commits", version, n)
		}
	}
	s.sound()
}

func TestLargePushInChunks(t *testing.T) {
	s := newSite(t)
	a := s.author()
	noise := rand.New(rand.NewPCG(1, 2))
	for i := range 4 {
		var text strings.Builder
		for text.Len() < 2<<20 {
			fmt.Fprintf(&text, "%x\n", noise.Uint64())
		}
		a.write(fmt.Sprintf("data%d.txt", i), text.String())
	}
	a.commit("8 MB")
	a.git("push", "origin", "main")
	if got := s.last(); len(got.Net) != 4 || got.Net[0].Size < 2<<20 {
		t.Errorf("%d files of %d bytes", len(got.Net), got.Net[0].Size)
	}
	a.git("-c", "http.postBuffer=1", "push", "origin", "main:again") // chunked with a probe
	s.sound()
}

func TestOversizedPushIsRefusedWithReason(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Limits.PackBytes = 2 << 20 })
	a := s.author()
	noise := make([]byte, 5<<20)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	a.write("a.bin", string(noise))
	a.commit("too large")
	a.refused([]string{"the push is larger than", "remote unpack failed"}, "origin", "main")
	s.sound()
}

// post sends a raw push.
func (s *site) post(body []byte, header map[string]string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/git-receive-pack", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-git-receive-pack-request")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// request returns a push of one commit as git would send it.
func (a *author) request(ref string) []byte {
	a.t.Helper()
	tip := a.git("rev-parse", "HEAD")
	body := wire.AppendPacket(nil, strings.Repeat("0", 40)+" "+tip+" "+ref+"\x00report-status side-band-64k agent=test")
	body = wire.AppendFlush(body)
	cmd := a.command("pack-objects", "--revs", "--stdout", "-q")
	cmd.Stdin = strings.NewReader(tip + "\n")
	pack, err := cmd.Output()
	if err != nil {
		a.t.Fatal(err)
	}
	return append(body, pack...)
}

func TestRawRequests(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Limits.PackBytes = 1 << 20 })
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	good := a.request("refs/heads/main")
	for name, c := range map[string]struct {
		body   []byte
		header map[string]string
		status int
		want   string
	}{
		"probe": {[]byte("0000"), nil, 200, ""},
		"gzip": {zipped(t, a.request("refs/heads/zipped")), map[string]string{"Content-Encoding": "gzip"}, 200,
			"ok refs/heads/zipped"},
		"not gzip":         {good, map[string]string{"Content-Encoding": "gzip"}, 400, "is not"},
		"unknown encoding": {good, map[string]string{"Content-Encoding": "br"}, 400, "unknown"},
		"gzip bomb": {zipped(t, append(a.request("refs/heads/bomb"), make([]byte, 64<<20)...)),
			map[string]string{"Content-Encoding": "gzip"}, 200, ""},
		"other content type": {good, map[string]string{"Content-Type": "application/x-git-upload-pack-request"}, 415, "content type"},
		"no pack":            {good[:200], nil, 200, "unpack "},
		"pack cut off":       {good[:len(good)-10], nil, 200, "ng refs/heads/main"},
		"garbage for pack": {append(bytes.Clone(good[:bytes.Index(good, []byte("PACK"))]), bytes.Repeat([]byte("x"), 100)...), nil, 200,
			"not a pack of version 2"},
		"a pack of many": {append(bytes.Clone(good[:bytes.Index(good, []byte("PACK"))]),
			"PACK\x00\x00\x00\x02\xff\xff\xff\xffxxxx"...), nil, 200, "4294967295 objects; 100000 are allowed"},
		"nonsense": {[]byte("hello"), nil, 400, "not a git push"},
		"old tip out of thin air": {bytes.Replace(good, bytes.Repeat([]byte("0"), 40), bytes.Repeat([]byte("a"), 40), 1), nil, 200,
			"there is no branch"},
	} {
		status, text := s.post(c.body, c.header)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d %q", name, status, text)
		}
	}
	if got := s.repo.Branches(); s.repo.Tip("main") != "" || s.repo.Tip("zipped") == "" {
		t.Errorf("branches %v", got)
	}
	s.sound()
}

func TestRoutesAreStrict(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/info/refs", 403},
		{"GET", "/info/refs?service=git-upload-archive", 403},
		{"POST", "/info/refs?service=git-upload-pack", 405},
		{"GET", "/git-receive-pack", 405},
		{"POST", "/git-receive-pack?service=git-upload-pack", 400},
		{"POST", "/git-upload-pack?service=git-receive-pack", 400},
		{"POST", "/git-upload-pack", 415},
		{"GET", "/info/refs?service=git-upload-pack", 200},
		{"GET", "/info/refs?service=git-receive-pack", 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Git-Protocol", "version=2:LD_PRELOAD=/x.so")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, resp.StatusCode, c.status)
		}
		if c.status == 200 && (!strings.HasSuffix(resp.Header.Get("Content-Type"), "-advertisement") ||
			!strings.Contains(resp.Header.Get("Cache-Control"), "no-cache")) {
			t.Errorf("%s: headers %v", c.path, resp.Header)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestInterruptedPushLeavesNothing(t *testing.T) {
	observed := make(chan Timings, 2)
	s := newSite(t, func(o *Options) { o.Observe = func(times Timings) { observed <- times } })
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	body := a.request("refs/heads/main")
	conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimSuffix(s.url, "/knowledge.git"), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /knowledge.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Type: "+
		"application/x-git-receive-pack-request\r\nContent-Length: %d\r\n\r\n", len(body))
	if _, err := conn.Write(body[:len(body)-30]); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if times := <-observed; times.Outcome != Refused {
		t.Errorf("half a push is %s", times.Outcome)
	}
	s.settle() // for the handler's last steps
	if left := s.leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if s.repo.Tip("main") != "" {
		t.Error("half a push was published")
	}
	a.git("push", "origin", "main")
	s.sound()
}

func TestConcurrentPushersHaveOneWinner(t *testing.T) {
	s := newSite(t)
	first := s.author()
	first.write("a.md", "# A\n")
	first.commit("first")
	first.git("push", "origin", "main")
	const pushers = 20
	var wg sync.WaitGroup
	outs, errs := make([]string, pushers), make([]error, pushers)
	authors := make([]*author, pushers)
	for i := range pushers {
		authors[i] = s.author()
		authors[i].git("pull", "-q", "origin", "main")
		authors[i].write(fmt.Sprintf("b%d.md", i), "# B\n")
		authors[i].commit("second")
	}
	for i := range pushers {
		wg.Go(func() { outs[i], errs[i] = authors[i].try("push", "origin", "main") })
	}
	wg.Wait()
	winners := 0
	for i := range pushers {
		if errs[i] == nil {
			winners++
		} else if !strings.Contains(outs[i], "main moved: git pull --rebase") && !strings.Contains(outs[i], "fetch first") {
			t.Errorf("a refused author read:\n%s", outs[i])
		}
	}
	if winners != 1 || len(s.sets) != 2 {
		t.Errorf("%d winners, %d change sets", winners, len(s.sets))
	}
	s.sound()
}

func TestStoppingServerRefusesAndFinishes(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	inside, release := make(chan struct{}), make(chan struct{})
	s.allow(func(Command) error {
		close(inside)
		<-release
		return nil
	})
	pushed := make(chan error, 1)
	go func() {
		_, err := a.try("push", "origin", "main")
		pushed <- err
	}()
	<-inside
	closed := make(chan error, 1)
	go func() { closed <- s.repo.Close(context.Background()) }()
	for s.repo.begin() == nil { // until Close has begun
		s.repo.working.Done()
		runtime.Gosched()
	}
	b := s.author()
	if out, err := b.try("fetch", "origin"); err == nil || !strings.Contains(out, "the server is stopping") {
		t.Errorf("a fetch while stopping: %v\n%s", err, out)
	}
	select {
	case <-closed:
		t.Error("Close did not wait for the push")
	default:
	}
	close(release)
	if err := <-pushed; err != nil {
		t.Errorf("the push in progress failed: %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if s.repo.Tip("main") == "" {
		t.Error("the push in progress was not published")
	}
}

func TestTenThousandFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("a large push")
	}
	s := newSite(t)
	a := s.author()
	for i := range 10_000 {
		a.write(fmt.Sprintf("postmortems/%02d/pm-%05d.md", i%100, i),
			fmt.Sprintf("# Incident %d\n\n## Summary\n\nPool %d was exhausted.\n", i, i*7))
	}
	a.commit("import")
	start := time.Now()
	a.git("push", "origin", "main")
	t.Logf("10,000 files: %v, %+v", time.Since(start), s.times[0])
	if got := len(s.last().Net); got != 10_000 {
		t.Errorf("%d files published", got)
	}
	if len(s.texts) != 10_000 {
		t.Errorf("%d files read", len(s.texts))
	}
	for i := range 10_000 {
		if i%3 == 0 {
			a.write(fmt.Sprintf("postmortems/%02d/pm-%05d.md", i%100, i), "changed\n")
		}
	}
	a.git("mv", "postmortems/07", "postmortems/seven")
	a.commit("many changes")
	start = time.Now()
	a.git("push", "origin", "main")
	t.Logf("3,400 changes: %v, %+v", time.Since(start), s.times[1])
	if err := os.RemoveAll(a.dir); err != nil {
		t.Error(err)
	}
	s.sound()
}
