package slostatus_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

func detail(points int) slostatus.Detail {
	d := slostatus.Detail{Span: slo.Span{From: start, To: start.AddDate(0, 0, 28)}}
	d.SLO = slo.SLO{Name: "a", Target: 0.99, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}}
	d.Whole = true
	for i := range points {
		sli, left := 1-float64(i%7)/500, 1-float64(i)/100
		p := slo.Point{From: start.Add(time.Duration(i) * time.Hour), To: start.Add(time.Duration(i+1) * time.Hour), SLI: &sli}
		if i%5 == 0 {
			p.SLI = nil
		}
		d.Points = append(d.Points, p)
		d.Budget = append(d.Budget, slo.BudgetPoint{At: p.To, Left: &left})
	}
	d.Bands = []slostatus.Band{{ID: `<script>&"`, From: start, To: start.Add(time.Hour)}}
	return d
}

func TestCurvesAreDrawn(t *testing.T) {
	drawer, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"none": 0, "one": 1, "many": 168} {
		for kind, f := range map[string]chart.Lines{"budget": slostatus.BudgetFigure(messagestest.English(t), detail(n)),
			"sli": slostatus.SLIFigure(messagestest.English(t), detail(n))} {
			out, err := drawer.Inline(f, "x")
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
				continue
			}
			if bytes.Contains(out, []byte("<script")) {
				t.Errorf("%s, %s: a name is markup", kind, name)
			}
			for d := xml.NewDecoder(bytes.NewReader(out)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s, %s: %v", kind, name, err)
				}
			}
		}
	}
}

func TestGapsStayGaps(t *testing.T) {
	f := slostatus.SLIFigure(messagestest.English(t), detail(10))
	if v := f.Lines[0].Points[5].Value; v == v { // NaN alone is not itself
		t.Errorf("a step without a measurement is drawn at %g", v)
	}
	if *f.Min < 0.9699 || *f.Min > 0.9701 {
		t.Errorf("the axis begins at %g", *f.Min)
	}
	if !f.To.Equal(start.Add(10 * time.Hour)) {
		t.Errorf("the curve ends at %s", f.To)
	}
}
