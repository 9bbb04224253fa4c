package pdf

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

func TestPDF(t *testing.T) {
	p, ok := Find("")
	if !ok {
		if os.Getenv("POSTERN_REQUIRE") == "all" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium: not installed")
	}
	pdf, err := p.PDF(t.Context(), []byte("<!doctype html><title>x</title><p>第 47 周, a report"))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatalf("%.20q: %v", pdf, err)
	}
}

func TestNoBrowser(t *testing.T) {
	if _, ok := Find("/nowhere/chromium"); ok {
		t.Error("found a browser that is not there")
	}
}

// A browser that hangs is ended with all it started, and one that fails says so;
// neither leaves a folder behind.
func TestBrowsersThatMisbehave(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, c := range map[string]struct {
		script string
		kind   fault.Kind
	}{
		"hangs":     {"#!/bin/sh\nsleep 600 & wait\n", fault.Timeout},
		"fails":     {"#!/bin/sh\necho broken >&2\nexit 3\n", fault.Internal},
		"no output": {"#!/bin/sh\nexit 0\n", fault.Internal},
	} {
		file := filepath.Join(t.TempDir(), "browser")
		if err := os.WriteFile(file, []byte(c.script), 0o700); err != nil {
			t.Fatal(err)
		}
		p, ok := Find(file)
		if !ok {
			t.Fatal(name)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if c.kind != fault.Timeout {
			cancel()
			ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		}
		_, err := p.PDF(ctx, nil)
		cancel()
		if fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "postern-paper-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A page is held in memory while it waits, so a request beyond the few that may wait is
// refused at once.
func TestFewWaitForTheBrowser(t *testing.T) {
	file := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(file, []byte("#!/bin/sh\nsleep 600 & wait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, ok := Find(file)
	if !ok {
		t.Fatal("no browser")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for range maxWaiting {
		all.Go(func() { _, _ = p.PDF(ctx, nil) })
	}
	for len(p.room) < maxWaiting {
		runtime.Gosched()
	}
	if _, err := p.PDF(t.Context(), nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("one more: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	cancel()
	all.Wait()
	if len(p.room) != 0 || len(p.turn) != 0 {
		t.Errorf("%d places and %d turns are still taken", len(p.room), len(p.turn))
	}
	leave()
	if _, err := p.PDF(gone, nil); err == nil {
		t.Error("printed for a reader who left")
	}
}

// However many ask, one browser runs at a time.
func TestOneBrowserRunsAtATime(t *testing.T) {
	dir := t.TempDir()
	file, lock, two := filepath.Join(dir, "browser"), filepath.Join(dir, "lock"), filepath.Join(dir, "two")
	script := "#!/bin/sh\nmkdir " + lock + " || touch " + two + "\nfor a in \"$@\"; do case $a in --print-to-pdf=*) echo %PDF- > " +
		"\"${a#*=}\";; esac; done\nrmdir " + lock + "\n"
	if err := os.WriteFile(file, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p, ok := Find(file)
	if !ok {
		t.Fatal("no browser")
	}
	var all sync.WaitGroup
	for range maxWaiting {
		all.Go(func() {
			for range 4 {
				if pdf, err := p.PDF(t.Context(), nil); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
					t.Errorf("%.20q: %v", pdf, err)
				}
			}
		})
	}
	all.Wait()
	if _, err := os.Stat(two); err == nil {
		t.Error("two browsers ran at once")
	}
}
