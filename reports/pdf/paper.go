// Package paper owns printing: a page that needs nothing from elsewhere becomes
// a PDF by a Chromium on the server. It is the one place that starts one.
//
// The browser runs with an empty profile in a folder of its own, without network,
// for a bounded time, one at a time for all readers; a few more wait for a short time.
// The folder is removed whatever happens. It keeps nothing.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// timeLimit is how long one page may take: a cold start of the browser on a
	// busy machine takes some ten seconds.
	timeLimit = 45 * time.Second
	// maxPDF bounds the answer.
	maxPDF = 64 << 20
	// browsers is how many run at once, for all readers together: each takes some
	// 600 MB and a core, so that two would not be faster on two cores.
	browsers = 1
	// maxWaiting is how many pages may be printed or wait for it: each is held in
	// memory meanwhile, and the last waits for all before it, about 3 s each.
	maxWaiting = 5
	// waitLimit is how long a page waits for its turn. It is not taken from timeLimit.
	waitLimit = 30 * time.Second
	// saidMost is how much of what the browser says is kept for the log.
	saidMost = 4 << 10
)

// names are what Chromium is called by the systems that package it.
func names() []string {
	return []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"}
}

// Printer prints with one browser.
type Printer struct {
	browser string
	turn    chan struct{}
	room    chan struct{} // one of those who print or wait
}

// Find looks for a browser: path when it is given, else by its usual names. ok is
// false when there is none.
func Find(path string) (p *Printer, ok bool) {
	candidates := names()
	if path != "" {
		candidates = []string{path}
	}
	for _, name := range candidates {
		if found, err := exec.LookPath(name); err == nil {
			return &Printer{browser: found, turn: make(chan struct{}, browsers), room: make(chan struct{}, maxWaiting)}, true
		}
	}
	return nil, false
}

// enter waits for a turn to print; leave must be called when err is nil.
func (p *Printer) enter(ctx context.Context) (leave func(), err error) {
	const op = "paper.PDF"
	select {
	case p.room <- struct{}{}:
	default:
		return nil, fault.New(fault.Unavailable, op, "many reports are being printed; try again in a minute, or print the page from your own browser")
	}
	ctx, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn; <-p.room }, nil
	case <-ctx.Done():
		<-p.room
		return nil, fault.Wrap(fault.Unavailable, op, "other reports are being printed; try again in a moment", ctx.Err())
	}
}

// PDF prints one page. fault.Unavailable: others are printed, come again;
// fault.Timeout: the browser took too long.
func (p *Printer) PDF(ctx context.Context, page []byte) ([]byte, error) {
	const op = "paper.PDF"
	leave, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	dir, err := os.MkdirTemp("", "postern-paper-")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, op, "there is no room for a temporary folder", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in, out := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, fault.Wrap(fault.Full, op, "the page cannot be written for the browser", err)
	}
	if err := p.run(ctx, dir, in, out); err != nil {
		return nil, err
	}
	info, err := os.Stat(out)
	if err != nil || info.Size() > maxPDF {
		return nil, fault.Wrap(fault.Internal, op, "the browser on the server made no PDF", errors.Join(err, fmt.Errorf("paper: the PDF is not there or too large")))
	}
	b, err := os.ReadFile(out)
	return b, fault.Wrap(fault.Internal, op, "the PDF cannot be read", err)
}

func (p *Printer) run(ctx context.Context, dir, in, out string) error {
	args := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-client-side-phishing-detection",
		// Nothing is loaded from anywhere. That nothing in the page runs is the page's
		// own policy: the browser prints by a script of its own.
		"--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + out,
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // the browser refuses to be root otherwise, as in many containers
	}
	cmd := exec.CommandContext(ctx, p.browser, append(args, "file://"+in)...)
	var said bytes.Buffer
	cmd.Stderr = &capped{&said}
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	wholeGroup(cmd)
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return fault.Wrap(fault.Timeout, "paper.PDF", "printing took longer than "+timeLimit.String()+"; print the page from your own browser", ctx.Err())
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "paper.PDF", "the browser on the server failed; print the page from your own browser", fmt.Errorf("%w: %s", err, said.Bytes()))
	}
	return nil
}

// capped keeps the beginning of what is written.
type capped struct{ b *bytes.Buffer }

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	if room := saidMost - c.b.Len(); room > 0 {
		c.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
