package chart

import "time"

// Spark is a word-sized line: eight weeks of an SLI in a table cell. It has no
// axes; the table around it says the numbers.
type Spark struct {
	Title  string
	Values []float64 // evenly spaced; NaN is a gap
	Role   Role      // zero: Accent
	// Target draws a thin line, when it is not nil.
	Target *float64
}

// Heading implements Figure.
func (s Spark) Heading() string { return s.Title }

func (s Spark) size() (float64, float64) { return 120, 24 }

// Table implements Figure.
func (s Spark) Table() Table {
	t := Table{Head: []string{"Value"}}
	for _, v := range s.Values {
		t.Rows = append(t.Rows, []string{Percent.exact(v)})
	}
	return t
}

func (s Spark) draw(c *canvas) error {
	low, high, ok := span(s.Values...)
	if !ok {
		c.hatch(0, 0, c.width, c.height)
		return nil
	}
	if s.Target != nil {
		low, high = min(low, *s.Target), max(high, *s.Target)
	}
	if low == high {
		low, high = low-1, high+1
	}
	const edge = 3
	p := &plot{
		c: c, left: edge, right: c.width - edge, top: edge, bottom: c.height - edge,
		x: axis{min: 0, max: float64(max(len(s.Values)-1, 1))}, y: axis{min: low, max: high},
	}
	if s.Target != nil {
		c.line(0, p.py(*s.Target), c.width, p.py(*s.Target), 1, Warn, 3, 3)
	}
	line := Line{Role: orRole(s.Role)}
	from, to := time.Unix(0, 0), time.Unix(int64(len(s.Values)), 0)
	for i, v := range s.Values {
		line.Points = append(line.Points, Point{At: time.Unix(int64(i), 0), Value: v})
	}
	return Lines{Title: s.Title, From: from, To: to, Lines: []Line{line}}.strokes(p)
}
