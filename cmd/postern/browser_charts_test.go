package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"testing"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/chart/charttest"
	"github.com/postern/postern/static"
)

// chartSheet serves every chart in every edge case: on one page as reports have
// them, and each as a file of its own in both formats.
type chartSheet struct {
	drawer *chart.Drawer
	all    map[string]chart.Figure
	page   []byte
}

func newChartSheet(t *testing.T) *httptest.Server {
	t.Helper()
	drawer, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	files, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	sheet := chartSheet{drawer: drawer, all: charttest.Sheet()}
	if sheet.page, err = sheet.draw(files.Bytes("app.css")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sheet)
	t.Cleanup(server.Close)
	return server
}

func (s chartSheet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := path.Base(r.URL.Path)
	figure, known := s.all[file[:len(file)-len(path.Ext(file))]]
	var body []byte
	var err error
	switch {
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		body = s.page
	case known && path.Ext(file) == ".svg":
		w.Header().Set("Content-Type", "image/svg+xml")
		body, err = s.drawer.SVG(figure)
	case known && path.Ext(file) == ".png":
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "max-age=600") // drawing takes a second in a race build
		body, err = s.drawer.PNG(figure, chart.Light)
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(body) // an error means that the browser left
}

func (s chartSheet) draw(style []byte) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Charts</title><style>%s</style><main class="page"><div class="report">`, style)
	for _, name := range slices.Sorted(maps.Keys(s.all)) {
		figure := s.all[name]
		svg, err := s.drawer.Inline(figure, "chart-"+name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&b, `<figure id="%s"><figcaption>%s</figcaption>%s</figure>`, name, html.EscapeString(figure.Heading()), svg)
	}
	b.WriteString("</div></main></html>")
	return b.Bytes(), nil
}

// testCharts lets the browser look at each chart: what it says lies within it and
// upon nothing else, and is seen in both themes.
func testCharts(t *testing.T, browser *chromium) {
	sheet := newChartSheet(t)
	tab := browser.newTab(t)
	for _, s := range []screen{{deskWidth, "light"}, {deskWidth, "dark"}} {
		t.Run(s.String(), func(t *testing.T) {
			tab.look(t, s)
			tab.open(t, sheet.URL+"/")
			tab.picture(t, "charts-"+s.String())
			for _, problem := range eval[[]string](t, tab, chartProblems) {
				t.Error(problem)
			}
			for _, complaint := range tab.complaints(http.StatusOK) {
				t.Error("console:", complaint)
			}
		})
	}
	t.Run("pictures", func(t *testing.T) { testChartPictures(t, tab) })
}

// testChartPictures compares the browser's drawing of an SVG with our own PNG of
// the same figure. The faces differ and so do the edges of lines; where ink is
// does not.
func testChartPictures(t *testing.T, tab *tab) {
	tab.look(t, screen{deskWidth, "light"})
	// most is how many of 100 squares of 16 pixels may differ in lightness by more
	// than an eighth. Measured with the fonts of the tests: at most 0.61, and 7.7 between
	// two charts of one kind.
	const most = 1.0
	differ := func(a, b string) float64 {
		quoted, _ := json.Marshal([]string{a, b})
		return eval[float64](t, tab, `(`+chartDifference+`)(...`+string(quoted)+`)`)
	}
	for _, name := range []string{"lines-bands", "columns-teams", "shares", "clock"} {
		if d := differ("/"+name+".svg", "/"+name+".png"); d > most {
			t.Errorf("%s: SVG and PNG differ in %.1f %% of their squares", name, d)
		}
	}
	if d := differ("/lines-sli.svg", "/lines-bands.png"); d < 4*most {
		t.Errorf("two different charts differ in %.1f %% of their squares: the measure measures nothing", d)
	}
}

// chartProblems lists text that leaves its chart, lies on other text or is hard to
// see, and marks that are. What lies behind a text is found by asking each shape
// drawn before it, for boxes and patches have fills.
const chartProblems = `(() => {
  const problems = []
  const parts = c => (c.match(/[\d.]+/g) || [0, 0, 0]).map(Number)
  const light = c => { const f = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]) }
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05) }
  const over = (top, alpha, under) => top.slice(0, 3).map((v, i) => v * alpha + under[i] * (1 - alpha))
  const paper = parts(getComputedStyle(document.body).backgroundColor)
  for (const figure of document.querySelectorAll('figure')) {
    const svg = figure.querySelector('svg'), view = svg.viewBox.baseVal, say = what => problems.push(figure.id + ': ' + what)
    if (svg.querySelector('script, foreignObject, style, a, image')) say('holds what no chart has')
    const nodes = Array.from(svg.children), texts = nodes.filter(e => e.localName === 'text'), seen = []
    for (const text of texts) {
      const b = text.getBBox(), label = JSON.stringify(text.textContent.slice(0, 40))
      if (b.x < -2 || b.y < -4 || b.x + b.width > view.width + 2 || b.y + b.height > view.height + 4)
        say(label + ' leaves the chart: ' + [b.x, b.y, b.width, b.height].map(Math.round))
      const inner = { l: b.x + 1, r: b.x + b.width - 1, t: b.y + b.height * 0.25, b: b.y + b.height * 0.8, label }
      for (const o of seen)
        if (inner.l < o.r && o.l < inner.r && inner.t < o.b && o.t < inner.b) say(label + ' lies on ' + o.label)
      seen.push(inner)
      const before = nodes.slice(0, nodes.indexOf(text)).filter(e => e.isPointInFill && getComputedStyle(e).fill !== 'none')
      for (const share of [0.1, 0.5, 0.9]) {
        const p = svg.createSVGPoint()
        p.x = b.x + b.width * share; p.y = b.y + b.height * 0.55
        const behind = before.filter(e => e.isPointInFill(p)).reduce((under, e) => {
          const s = getComputedStyle(e); return over(parts(s.fill), Number(s.fillOpacity), under) }, paper)
        const c = contrast(parts(getComputedStyle(text).fill), behind)
        if (c < 4.5) { say(label + ' has a contrast of ' + c.toFixed(2)); break }
      }
    }
    for (const e of nodes) for (const [kind, role] of [['fill', 'f-'], ['stroke', 'k-']]) {
      const name = Array.from(e.classList).find(n => n.startsWith(role)), s = getComputedStyle(e)
      if (e.localName === 'text' || !name || /paper|rule/.test(name) || Number(s[kind + 'Opacity']) < 1) continue
      const c = contrast(parts(s[kind]), paper)
      if (c < 3) say(name + ' has a contrast of ' + c.toFixed(2))
    }
  }
  if (document.querySelectorAll('figure svg.chart text').length < 300) problems.push('hardly any text was looked at')
  return problems
})()`

// chartDifference draws two pictures of one size, takes the mean lightness of each
// square of 16 pixels, and gives how many of 100 squares differ.
const chartDifference = `async (...urls) => {
  const wide = 1568, size = 16, means = []
  let high = 0
  for (const url of urls) {
    const image = new Image()
    image.src = url
    await image.decode()
    high = high || Math.round(wide * image.naturalHeight / image.naturalWidth)
    const canvas = document.createElement('canvas')
    canvas.width = wide; canvas.height = high
    const pen = canvas.getContext('2d', { willReadFrequently: true })
    pen.drawImage(image, 0, 0, wide, high)
    const data = pen.getImageData(0, 0, wide, high).data, sums = {}
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) {
      const square = (y / size | 0) * 1000 + (x / size | 0), i = 4 * (y * wide + x)
      sums[square] = (sums[square] || 0) + (data[i] + data[i + 1] + data[i + 2]) / 3
    }
    means.push(Object.values(sums).map(s => s / size / size))
  }
  return 100 * means[0].filter((m, i) => Math.abs(m - means[1][i]) > 32).length / means[0].length
}`
