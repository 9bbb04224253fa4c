// Package pdf prints a self-contained page as PDF with a Chromium on the server. No other
// package starts a browser.
//
// The browser runs with an empty profile in a temporary folder, without network and for
// a bounded time. One runs at a time; a few requests wait for it for a short time. The
// folder is always removed, and nothing is stored.
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
	// timeLimit bounds the time of one page. A cold start of the browser on a busy
	// machine takes about ten seconds.
	timeLimit = 45 * time.Second
	// maxPDF bounds the size of a PDF.
	maxPDF = 64 << 20
	// browsers is the number of browsers that run at a time, for all readers. Each
	// takes about 600 MB and a core, so two would not be faster on two cores.
	browsers = 1
	// maxWaiting bounds the pages that are printed or wait. Each is in memory, and the
	// last one waits for all others, about 3 s each.
	maxWaiting = 5
	// waitLimit bounds the wait, which is not part of timeLimit.
	waitLimit = 30 * time.Second
	// logMost bounds the browser's output in the log.
	logMost = 4 << 10
)

// names returns the names of Chromium in the systems that package it.
func names() []string {
	return []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"}
}

// Printer prints pages with one browser.
type Printer struct {
	browser string
	turn    chan struct{}
	room    chan struct{} // one entry per page that is printed or waits
}

// Find returns a Printer with the browser at path, or, if path is "", with the first one
// found by its usual names. ok is false when there is none.
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

// enter waits until the page can be printed. If err is nil, the caller must call leave.
func (p *Printer) enter(ctx context.Context) (leave func(), err error) {
	const op = "pdf.PDF"
	select {
	case p.room <- struct{}{}:
	default:
		return nil, fault.New(fault.Unavailable, op, "many reports are being printed; try again in a minute, or print the page from your "+
			"own browser")
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

// PDF returns one page as PDF. It fails with fault.Unavailable while too many others are
// printed, and with fault.Timeout when the browser takes too long.
func (p *Printer) PDF(ctx context.Context, page []byte) ([]byte, error) {
	const op = "pdf.PDF"
	leave, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	dir, err := os.MkdirTemp("", "postern-paper-")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, op, "the temporary folder cannot be created", err)
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
		err = errors.Join(err, errors.New("pdf: the file is missing or too large"))
		return nil, fault.Wrap(fault.Internal, op, "the browser on the server made no PDF", err)
	}
	b, err := os.ReadFile(out)
	return b, fault.Wrap(fault.Internal, op, "the PDF cannot be read", err)
}

// run runs the browser and waits for it.
func (p *Printer) run(ctx context.Context, dir, in, out string) error {
	args := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
		"--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-client-side-phishing-detection",
		// Nothing is loaded. Scripts of the page are forbidden by its own policy, since
		// the browser prints with a script of its own.
		"--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + out,
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // needed to run as root, as in many containers
	}
	cmd := exec.CommandContext(ctx, p.browser, append(args, "file://"+in)...)
	var output bytes.Buffer
	cmd.Stderr = &capped{&output}
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	wholeGroup(cmd)
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		text := "printing took longer than " + timeLimit.String() + "; print the page from your own browser"
		return fault.Wrap(fault.Timeout, "pdf.PDF", text, ctx.Err())
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, output.Bytes())
		return fault.Wrap(fault.Internal, "pdf.PDF", "the browser on the server failed; print the page from your own browser", err)
	}
	return nil
}

// capped retains the first logMost bytes that are written.
type capped struct{ b *bytes.Buffer }

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	if room := logMost - c.b.Len(); room > 0 {
		c.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
