package markdown

import (
	"bytes"
	"context"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
)

// Options are the limits that a portal can change.
type Options struct {
	MaxBody   int // bytes of Markdown; 0: DefaultMaxBody
	MaxOutput int // bytes of HTML; 0: DefaultMaxOutput
}

// Defaults of Options.
const (
	// DefaultMaxBody is 1 MiB: real documents reach 400 KB.
	DefaultMaxBody = 1 << 20
	// DefaultMaxOutput is 16 MiB: ordinary text grows threefold, highlighted code tenfold;
	// more is an attack.
	DefaultMaxOutput = 16 << 20
)

// Renderer renders Markdown bodies. It is safe for concurrent use.
type Renderer struct {
	options  Options
	engine   goldmark.Markdown
	sanitise func(html []byte) []byte
}

// New returns a Renderer. The engine and the policy are built once, so a process needs
// one Renderer.
func New(o Options) *Renderer {
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.MaxOutput == 0 {
		o.MaxOutput = DefaultMaxOutput
	}
	return &Renderer{options: o, engine: newEngine(), sanitise: newPolicy().SanitizeBytes}
}

// RenderBody implements postmortems.BodyRenderer. Beyond the guard it does not bound
// time or memory: untrusted input must be rendered through package sandbox. ctx is
// checked between passes. A document that exceeds a limit has problems and an empty
// body, and no error. Errors are of kind Timeout when ctx ended and Internal for a
// defect of the renderer.
func (r *Renderer) RenderBody(ctx context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	// Package checks refuses such files; an imported history may have them.
	if !utf8.Valid(in.Markdown) {
		in.Markdown = bytes.ToValidUTF8(in.Markdown, []byte("\uFFFD"))
	}
	d := newDocument(in)
	d.maxOutput = r.options.MaxOutput
	if !d.guard(r.options.MaxBody) {
		return postmortems.Body{}, d.problems.list(), nil
	}
	// The context carries what the table parser found to reportSurplus.
	pc := parser.NewContext()
	d.root = r.engine.Parser().Parse(text.NewReader(d.source), parser.WithContext(pc))
	d.reportSurplus(pc)
	for _, pass := range []func(){d.foldBlocks, d.rewriteHTML, d.anchorHeadings, d.resolveLinks} {
		if err := ctx.Err(); err != nil {
			return postmortems.Body{}, nil, fault.Wrap(fault.Timeout, "markdown.RenderBody", "rendering was interrupted", err)
		}
		pass()
	}
	// The problem has been reported by overBudget; rendering would only fill the buffer.
	if d.targets > d.maxOutput {
		return postmortems.Body{}, d.problems.list(), nil
	}
	html, ok, err := r.html(d)
	if err != nil || !ok {
		return postmortems.Body{}, d.problems.list(), err
	}
	d.body.HTML = html
	d.collectText()
	return d.body, d.problems.list(), nil
}

// html renders and sanitises the document. It is not ok when the output exceeds its
// limit, which is reported as a problem.
func (r *Renderer) html(d *document) ([]byte, bool, error) {
	out := &boundedBuffer{max: r.options.MaxOutput}
	err := r.engine.Renderer().Render(out, d.source, d.root)
	if out.full {
		d.reportTooLarge(d.input.FirstLine)
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fault.Wrap(fault.Internal, "markdown.RenderBody", "the page could not be rendered", err)
	}
	html := r.sanitise(out.Bytes())
	if err := checkPlaceholders(html, len(d.body.Links)); err != nil {
		return nil, false, err
	}
	return html, true, nil
}

// document is one document during the passes.
type document struct {
	input    postmortems.BodyInput
	source   []byte
	lines    lineIndex
	root     ast.Node
	problems problems
	anchors  anchors
	body     postmortems.Body

	targets, maxOutput int // bytes of all destinations so far, and of the page at most
}

// FirstLine is 1 if the caller does not set it.
func newDocument(in postmortems.BodyInput) *document {
	if in.FirstLine < 1 {
		in.FirstLine = 1
	}
	return &document{
		input:    in,
		source:   in.Markdown,
		lines:    newLineIndex(in.Markdown, in.FirstLine),
		problems: problems{path: in.Path},
		anchors:  newAnchors(),
	}
}

// reportTooLarge reports that the page would exceed the output limit.
func (d *document) reportTooLarge(line int) {
	d.problem(RuleRenderLimit, line, 0,
		"the page would be over %s of HTML; split the document or shorten what is repeated", humanize.Bytes(int64(d.maxOutput)))
}

// boundedBuffer stores at most max bytes and then returns an error.
type boundedBuffer struct {
	bytes.Buffer
	max  int
	full bool
}

// Write implements io.Writer.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.max {
		b.full = true
		return 0, fault.New(fault.TooLarge, "markdown.render", "output limit reached")
	}
	return b.Buffer.Write(p)
}
