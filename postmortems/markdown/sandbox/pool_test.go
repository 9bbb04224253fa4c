package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// newPool returns a pool whose workers run this test binary.
func newPool(t testing.TB, o Options) *Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Command = []string{self, workerArg}
	p := New(o)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func input(text string) postmortems.BodyInput {
	return postmortems.BodyInput{Path: "guides/a.md", Markdown: []byte(text), FirstLine: 4}
}

// idlePIDs returns the ids of the idle processes.
func (p *Pool) idlePIDs() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for _, w := range p.idle {
		pids = append(pids, w.cmd.Process.Pid)
	}
	return pids
}

func TestPoolRendersLikeTheRenderer(t *testing.T) {
	p := newPool(t, Options{})
	direct := markdown.New(markdown.Options{})
	files, err := filepath.Glob("../testdata/golden/*.md")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, wantProblems, err := direct.RenderBody(context.Background(), input(string(source)))
		if err != nil {
			t.Fatal(err)
		}
		got, problems, err := p.RenderBody(context.Background(), input(string(source)))
		if err != nil {
			t.Fatal(err)
		}
		if len(want.HTML) == 0 && len(got.HTML) == 0 {
			want.HTML, got.HTML = nil, nil
		}
		if !reflect.DeepEqual(got, want) || len(problems) != len(wantProblems) || len(problems) > 0 &&
			!reflect.DeepEqual(problems, wantProblems) {
			t.Errorf("%s differs:\n%+v\n%+v", file, got, want)
		}
	}
}

func TestPoolStartsNoProcessBeforeItsFirstDocument(t *testing.T) {
	p := New(Options{Command: []string{"/no/such/program"}})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = New(Options{Command: []string{"/no/such/program"}})
	if _, _, err := p.RenderBody(context.Background(), input("x")); fault.KindOf(err) != fault.Internal {
		t.Fatalf("%v", err)
	}
}

// A document that kills its worker is refused, and the next one is rendered.
func TestDocumentsThatKillTheirWorkerAreRefused(t *testing.T) {
	for word, what := range map[string]string{"HANG": "takes over 300ms", "SPIN": "takes over 300ms", "PANIC": "fail", "EAT": "512 MiB",
		"GARBAGE": "fail"} {
		t.Run(word, func(t *testing.T) {
			if word == "EAT" && runtime.GOOS != "linux" {
				t.Skip("memory is limited on Linux only")
			}
			p := newPool(t, Options{Workers: 1, Timeout: 30 * time.Second}) // a busy machine under the race detector
			if strings.Contains(what, "300ms") {
				p.options.Timeout = 300 * time.Millisecond
			}
			_, problems, err := p.RenderBody(context.Background(), input(word+" x"))
			p.options.Timeout = 30 * time.Second
			if err != nil {
				t.Fatal(err)
			}
			if len(problems) != 1 || problems[0].Rule != markdown.RuleRenderLimit || problems[0].Weight != postmortems.Error ||
				problems[0].Line != 4 || !strings.Contains(problems[0].Message, what) {
				t.Fatalf("%v", problems)
			}
			if body, _, err := p.RenderBody(context.Background(), input("# fine\n\ntext")); err != nil || body.H1 != "fine" {
				t.Fatalf("%+v %v", body, err)
			}
		})
	}
}

func TestDeathForAnotherReasonIsNotTheDocumentsProblem(t *testing.T) {
	p := newPool(t, Options{Workers: 1})
	if _, _, err := p.RenderBody(context.Background(), input("x")); err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(p.idlePIDs()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	body, problems, err := p.RenderBody(context.Background(), input("# fine"))
	if err != nil || len(problems) > 0 || body.H1 != "fine" {
		t.Fatalf("%+v %v %v", body, problems, err)
	}
}

func TestErrorOfTheRendererIsReturned(t *testing.T) {
	p := newPool(t, Options{Workers: 1})
	if _, _, err := p.RenderBody(context.Background(), input("ERROR x")); err == nil || !strings.Contains(err.Error(), "requested") {
		t.Fatalf("%v", err)
	}
	if len(p.idlePIDs()) != 1 {
		t.Error("the worker did not survive")
	}
}

func TestEndOfContextEndsRendering(t *testing.T) {
	p := newPool(t, Options{Workers: 1, Timeout: time.Minute})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, _, err := p.RenderBody(ctx, input("HANG x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
	if _, _, err := p.RenderBody(ctx, input("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
}

func TestWorkersAreIsolated(t *testing.T) {
	t.Setenv("POSTERN_SECRET", "hunter2")
	p := newPool(t, Options{Workers: 1})
	body, _, err := p.RenderBody(context.Background(), input("ENV x"))
	if err != nil || strings.Contains(body.H1, "hunter2") || strings.Contains(body.H1, "PATH") || !strings.Contains(body.H1, "GOMEMLIMIT=") {
		t.Errorf("environment %q %v", body.H1, err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("limits are for Linux")
	}
	body, problems, err := p.RenderBody(context.Background(), input("WRITE "+filepath.Join(t.TempDir(), "f")))
	if err != nil || body.H1 == "written" {
		t.Errorf("a worker wrote a file: %+v %v %v", body, problems, err)
	}
}

func TestIdleWorkersStop(t *testing.T) {
	p := newPool(t, Options{Workers: 2, Idle: time.Hour})
	if _, _, err := p.RenderBody(context.Background(), input("x")); err != nil {
		t.Fatal(err)
	}
	p.reap()
	if len(p.idlePIDs()) != 1 {
		t.Fatal("a worker that was just used was stopped")
	}
	p.reap()
	if len(p.idlePIDs()) != 0 {
		t.Fatal("an idle worker was not stopped")
	}
	if _, _, err := p.RenderBody(context.Background(), input("x")); err != nil {
		t.Fatal(err)
	}
}

func TestPoolIsSafeForConcurrency(t *testing.T) {
	p := newPool(t, Options{Workers: 2, Timeout: 10 * time.Second})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				title := fmt.Sprintf("doc %d %d", i, j)
				text := "# " + title
				if j == 7 && i%4 == 0 {
					text = "PANIC x"
				}
				body, problems, err := p.RenderBody(context.Background(), input(text))
				if err != nil || text != "PANIC x" && body.H1 != title || text == "PANIC x" && len(problems) != 1 {
					t.Errorf("%q: %+v %v %v", text, body, problems, err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(p.idlePIDs()); n > 2 {
		t.Errorf("%d workers", n)
	}
}

func TestCloseEndsAllProcesses(t *testing.T) {
	p := newPool(t, Options{Workers: 1})
	if _, _, err := p.RenderBody(context.Background(), input("x")); err != nil {
		t.Fatal(err)
	}
	pid := p.idlePIDs()[0]
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); runtime.GOOS == "linux" && err == nil {
		t.Error("the worker outlived its pool")
	}
	if _, _, err := p.RenderBody(context.Background(), input("x")); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("%v", err)
	}
}

// TestBombsAreContained renders documents that are expensive for a Markdown parser and pass the
// limits of shape. Each is rendered within the limit of output or refused.
func TestBombsAreContained(t *testing.T) {
	p := newPool(t, Options{})
	r := strings.Repeat
	for name, bomb := range map[string]string{
		"wide table":      r("|a", 500) + "|\n" + r("|-", 500) + "|\n" + r("|\n", 5000),
		"long definition": "[a]: /" + r("x", 32<<10) + "\n\n" + r("[a]", 10_000),
		"definition uses": "[a]: https://example.com/" + r("x", 2000) + "\n\n" + r(r("[a]", 600)+"\n\n", 400),
		"candidates":      r("[a](/b/c/d/e/f/g/h)\n\n", 9000),
		"code blocks":     r("```html\n"+r("<a b='c'>", 500)+"\n```\n", 100),
	} {
		t.Run(name, func(t *testing.T) {
			body, problems, err := p.RenderBody(context.Background(), input(bomb))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes of Markdown, %d of HTML, %v", len(bomb), len(body.HTML), problems)
			if len(body.HTML) == 0 && (len(problems) == 0 || problems[0].Weight != postmortems.Error) {
				t.Errorf("neither rendered nor refused: %v", problems)
			}
			if len(body.HTML) > markdown.DefaultMaxOutput {
				t.Errorf("%d bytes of HTML", len(body.HTML))
			}
		})
	}
}

// atWork waits until n documents are being rendered and waiting ones wait.
func (p *Pool) atWork(n, waiting int) {
	for {
		p.mu.Lock()
		have := 0
		for _, s := range p.queue.parties {
			have += len(s.waiting)
		}
		ok := p.queue.running == n && have == waiting
		p.mu.Unlock()
		if ok {
			return
		}
		runtime.Gosched()
	}
}

// One push occupies every worker with documents that do not end, and has more of them; documents of
// others are rendered meanwhile. The additional workers are stopped afterwards.
func TestDocumentsOfAnotherPushAreRenderedMeanwhile(t *testing.T) {
	p := newPool(t, Options{Workers: 2, Extra: 4, Timeout: time.Hour, Idle: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	slow := WithParty(ctx)
	var held sync.WaitGroup
	for range 5 {
		held.Go(func() {
			if _, _, err := p.RenderBody(slow, input("HANG x")); fault.KindOf(err) != fault.Timeout {
				t.Errorf("%v", err)
			}
		})
	}
	p.atWork(2, 3)
	for _, ctx := range []context.Context{WithParty(context.Background()), WithParty(context.Background()), context.Background()} {
		for range 2 {
			if body, _, err := p.RenderBody(ctx, input("# fine")); err != nil || body.H1 != "fine" {
				t.Fatalf("%+v %v", body, err)
			}
		}
		if n := len(p.idlePIDs()); n != 0 {
			t.Errorf("%d workers beyond two are kept", n)
		}
	}
	cancel()
	held.Wait()
	p.atWork(0, 0)
	if body, _, err := p.RenderBody(context.Background(), input("# fine")); err != nil || body.H1 != "fine" {
		t.Fatalf("%+v %v", body, err)
	}
	if n := len(p.idlePIDs()); n > 2 {
		t.Errorf("%d workers at rest", n)
	}
}

// TestPartiesRenderSideBySide: every party gets its documents, and the number of processes is
// bounded.
func TestPartiesRenderSideBySide(t *testing.T) {
	p := newPool(t, Options{Workers: 1, Extra: 2, Timeout: 10 * time.Second})
	var wg sync.WaitGroup
	for i := range 3 {
		ctx := WithParty(context.Background())
		for range 3 {
			wg.Go(func() {
				for j := range 5 {
					title := fmt.Sprintf("doc %d %d", i, j)
					body, _, err := p.RenderBody(ctx, input("# "+title))
					if err != nil || body.H1 != title {
						t.Errorf("%q: %+v %v", title, body, err)
					}
				}
			})
		}
	}
	wg.Wait()
	if n := len(p.idlePIDs()); n > 1 {
		t.Errorf("%d workers at rest", n)
	}
}
