package chart

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/postern/postern/portal/base/messages/messagestest"
)

func newSVG(t *testing.T) *svgRenderer {
	t.Helper()
	f, err := loadFace(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &svgRenderer{face: f}
}

func TestSVGElements(t *testing.T) {
	t.Parallel()
	bad, ok := Bad.color(Light), OK.color(Light)
	half := bad
	half.A = 128
	for name, c := range map[string]struct {
		draw func(*svgRenderer)
		want string
	}{
		"fill": {func(r *svgRenderer) { r.SetFillColor(bad); r.MoveTo(1, 2); r.LineTo(3, -4); r.Close(); r.Fill() },
			`<path d="M1 2L3 -4Z" class="f-bad" fill="#ab2018"/>`},
		"half transparent": {func(r *svgRenderer) { r.SetFillColor(half); r.MoveTo(0, 0); r.Fill() },
			`<path d="M0 0" class="f-bad" fill="#ab2018" fill-opacity="0.5"/>`},
		"stroke": {func(r *svgRenderer) {
			r.SetStrokeColor(ok)
			r.SetStrokeWidth(1.5)
			r.MoveTo(0, 0)
			r.LineTo(1, 1)
			r.Stroke()
		},
			`<path d="M0 0L1 1" class="k-ok" fill="none" stroke="#1a7438" stroke-width="1.5"/>`},
		"dashes": {func(r *svgRenderer) {
			r.SetStrokeColor(ok)
			r.SetStrokeWidth(1)
			r.SetStrokeDashArray([]float64{4, 2.5})
			r.MoveTo(0, 0)
			r.Stroke()
		}, `<path d="M0 0" class="k-ok" fill="none" stroke="#1a7438" stroke-width="1" stroke-dasharray="4 2.5"/>`},
		"fill and stroke": {func(r *svgRenderer) {
			r.SetFillColor(bad)
			r.SetStrokeColor(ok)
			r.SetStrokeWidth(2)
			r.MoveTo(0, 0)
			r.FillStroke()
		}, `<path d="M0 0" class="f-bad k-ok" fill="#ab2018" stroke="#1a7438" stroke-width="2"/>`},
		"stroke without width": {func(r *svgRenderer) { r.SetStrokeColor(ok); r.MoveTo(0, 0); r.Stroke() }, ""},
		"fill without a color": {func(r *svgRenderer) { r.MoveTo(0, 0); r.Fill() }, ""},
		"no path":              {func(r *svgRenderer) { r.SetFillColor(bad); r.Fill() }, ""},
		"circle": {func(r *svgRenderer) { r.SetFillColor(bad); r.Circle(2.25, 1, 2) },
			`<circle cx="1" cy="2" r="2.25" class="f-bad" fill="#ab2018"/>`},
		"circle without a color": {func(r *svgRenderer) { r.Circle(2, 1, 2) }, ""},
		"curve": {func(r *svgRenderer) { r.SetFillColor(bad); r.MoveTo(0, 0); r.QuadCurveTo(1, 2, 3, 4); r.Fill() },
			`<path d="M0 0Q1 2 3 4" class="f-bad" fill="#ab2018"/>`},
		"arc": {func(r *svgRenderer) { r.SetFillColor(bad); r.ArcTo(10, 10, 5, 5, 0, math.Pi/2); r.Fill() },
			`<path d="M15 10A5 5 0 0 1 10 15" class="f-bad" fill="#ab2018"/>`},
		"large arc backwards": {func(r *svgRenderer) {
			r.SetFillColor(bad)
			r.MoveTo(0, 0)
			r.ArcTo(10, 10, 5, 5, 0, -1.5*math.Pi)
			r.Fill()
		},
			`<path d="M0 0L15 10A5 5 0 1 0 9 15" class="f-bad" fill="#ab2018"/>`},
		"text": {func(r *svgRenderer) { r.SetFontColor(bad); r.SetFontSize(12); r.Text("a<b", 1, 2) },
			`<text x="1" y="2" class="f-bad" font-size="12" fill="#ab2018">a&lt;b</text>`},
		"text at its end": {func(r *svgRenderer) { r.SetFontColor(bad); r.SetFontSize(12); r.anchored("a", 1, 2, end) },
			`<text x="1" y="2" class="f-bad" font-size="12" text-anchor="end" fill="#ab2018">a</text>`},
		"text of nothing": {func(r *svgRenderer) { r.Text("\u202e\x00", 1, 2) }, ""},
		"unknown color": {func(r *svgRenderer) {
			r.SetFillColor(drawing.Color{R: 1, G: 2, B: 3, A: 255})
			r.MoveTo(0, 0)
			r.Fill()
		},
			`<path d="M0 0" class="f-ink" fill="#010203"/>`},
		"after a reset": {func(r *svgRenderer) { r.SetFillColor(bad); r.ResetStyle(); r.MoveTo(0, 0); r.Fill() }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newSVG(t)
			c.draw(r)
			if got := r.body.String(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if r.path.Len() > 0 {
				t.Errorf("the path %q is left for the next element", r.path.Bytes())
			}
		})
	}
}

func TestShortNumbers(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{1: "1", 1.5: "1.5", 1.004: "1", 1.005001: "1.01", -0.25: "-0.25"} {
		if got := short(v); got != want {
			t.Errorf("short(%v) = %q, want %q", v, got, want)
		}
	}
}

// pieces counts the strokes of a renderer.
type pieces struct {
	*svgRenderer
	strokes int
}

func (p *pieces) Stroke() { p.strokes++; p.svgRenderer.Stroke() }

// TestKeptRendererStrokesInPieces holds the rule that keeps dense lines cheap on the
// raster: at most 64 points in one stroke, and an SVG in one path.
func TestKeptRendererStrokesInPieces(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{10: 0, 63: 0, 64: 1, 200: 3} {
		p := &pieces{svgRenderer: newSVG(t)}
		k := newKept(p)
		k.MoveTo(0, 0)
		for i := range n {
			k.LineTo(i, i)
		}
		if p.strokes != want {
			t.Errorf("%d points make %d strokes before the last, want %d", n, p.strokes, want)
		}
	}
	r := newSVG(t)
	k := newKept(r)
	for i := range 200 {
		k.LineTo(i, i)
	}
	if n := bytes.Count(r.path.Bytes(), []byte("M")); n != 0 {
		t.Errorf("the path of an SVG is cut %d times", n)
	}
	if err := k.Save(nil); err != nil {
		t.Error(err)
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	b := box{10, 20, 30, 12}
	inside := func(lines []segment) {
		t.Helper()
		for _, s := range lines {
			for _, p := range [][2]float64{{s.x1, s.y1}, {s.x2, s.y2}} {
				if p[0] < b.x-1e-9 || p[0] > b.x+b.w+1e-9 || p[1] < b.y-1e-9 || p[1] > b.y+b.h+1e-9 {
					t.Errorf("a line ends at %v, outside of %v", p, b)
				}
			}
		}
	}
	for name, c := range map[string]struct {
		lines []segment
		want  int
	}{"slanted": {slanted(b, 6), 7}, "level": {level(b, 6), 2}, "upright": {upright(b, 6), 5}, "none": {upright(box{0, 0, 2, 9}, 6), 0}} {
		if len(c.lines) != c.want {
			t.Errorf("%s: %d lines, want %d", name, len(c.lines), c.want)
		}
		if name != "none" {
			inside(c.lines)
		}
	}
}

func TestFilesAndElements(t *testing.T) {
	t.Parallel()
	d, err := NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	f := Bars{Title: `Who <b> & "why"`, Bars: []Bar{{Name: "a", Value: 1}}}
	inline, err := d.Inline(f, `i"d`)
	if err != nil {
		t.Fatal(err)
	}
	const head = `<svg class="chart" role="img" aria-labelledby="i&#34;d" viewBox="0 0 1520 112"><title id="i&#34;d">Who &lt;b&gt; &amp; &#34;why&#34;</title>`
	if !strings.HasPrefix(string(inline), head) {
		t.Errorf("%.200s", inline)
	}
	alone, err := d.SVG(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`width="784" height="104" viewBox="0 0 1568 208"`, "prefers-color-scheme:dark", ".f-bad{fill:#ff8a7f}",
		"</svg>\n"} {
		if !strings.Contains(string(alone), want) {
			t.Errorf("the file lacks %q", want)
		}
	}
	if _, err := NewDrawer([]byte("no font"), messagestest.English(t)); err == nil || !strings.Contains(err.Error(), "not TrueType") {
		t.Errorf("a broken font gives %v", err)
	}
}
