package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/chart/charttest"
)

var update = flag.Bool("update", false, "write the golden files")

func drawer(t testing.TB) *chart.Drawer {
	t.Helper()
	d, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSheet holds that every figure in every edge case is well-formed in all forms, has
// no raw text from outside, and is the same when it is drawn again.
func TestSheet(t *testing.T) {
	d := drawer(t)
	for name, f := range charttest.Sheet() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inline, err := d.Inline(f, "c1")
			if err != nil {
				t.Fatal(err)
			}
			alone, err := d.SVG(f)
			if err != nil {
				t.Fatal(err)
			}
			checkSVG(t, inline)
			checkSVG(t, alone)
			if bytes.Contains(inline, []byte("style=")) || bytes.Contains(inline, []byte("<style")) {
				t.Error("the inline form has styles, which the page's policy forbids")
			}
			again, err := d.SVG(f)
			if err != nil || !bytes.Equal(alone, again) {
				t.Errorf("drawn twice it differs (%v)", err)
			}
			picture, err := d.PNG(f, chart.Light)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
				t.Error(err)
			}
			if rows := f.Table(messagestest.English(t)); len(rows.Head) == 0 {
				t.Error("there is no table")
			}
			golden(t, name+".svg", alone)
		})
	}
}

func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	const most = 160 << 10
	if len(svg) > most {
		t.Errorf("%d bytes", len(svg))
	}
	for _, bad := range []string{"<script", "]]>", "\u202e", "\x00", "NaN", "Inf", "92233720368547"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Errorf("it contains %q", bad)
		}
	}
	checkWellFormed(t, svg)
}

func checkWellFormed(t *testing.T, svg []byte) {
	t.Helper()
	for x := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := x.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

// golden compares with testdata, which a person has looked at.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and run the test with -update", path)
	}
}

// TestDrawingConcurrently guards against go-chart's global font, whose lock is broken.
func TestDrawingConcurrently(t *testing.T) {
	d := drawer(t)
	f := charttest.Sheet()["lines-sli"]
	done := make(chan error)
	const workers = 4
	for range workers {
		go func() {
			_, err := d.PNG(f, chart.Dark)
			if err == nil {
				_, err = d.SVG(f)
			}
			done <- err
		}()
	}
	for range workers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(charttest.Hostile, 20.0)
	f.Add("\xff\xfe<", 1.0)
	d, err := chart.NewDrawer(nil, messagestest.English(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, v float64) {
		figure := chart.Lines{
			Title: s, From: charttest.Day(0), To: charttest.Day(2),
			Lines: []chart.Line{{Name: s, Points: []chart.Point{
				{At: charttest.Day(0), Value: v}, {At: charttest.Day(1), Value: 1}, {At: charttest.Day(2), Value: v},
			}}, {Name: "x"}},
			Marks: []chart.Mark{{Value: v, Label: s}}, Bands: []chart.Band{{From: charttest.Day(0), To: charttest.Day(1), Label: s}},
		}
		svg, err := d.SVG(figure)
		if err != nil {
			t.Fatal(err)
		}
		checkWellFormed(t, svg)
	})
}
