package reports

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
)

// Failure is a part of a report that could not be made or read.
type Failure struct {
	Part string `json:"part"` // the title of a section, or what was not read
	Why  string `json:"why"`
}

// Because returns the text that readers see for what went wrong: the message of a
// fault, or that the program failed and with what message. v is an error or the value
// of a panic.
func Because(v any) string {
	err, isError := v.(error)
	if isError {
		if _, isRuntime := err.(runtime.Error); !isRuntime {
			return fault.Message(err)
		}
	}
	return "the program failed in it (" + clean(fmt.Sprint(v), titleRunes) + "); this is a defect, and the portal's log says where"
}

// attempt runs one part of the making of a report. A panic in it becomes a Failure and
// loses nothing but the part.
func (c *compiler) attempt(part string, run func()) (why string) {
	charts, derivations := len(c.charts), len(c.derivations)
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		why = Because(v)
		c.charts, c.derivations = c.charts[:charts], c.derivations[:derivations]
		c.failures = append(c.failures, Failure{part, why})
		if c.panicked != nil {
			c.panicked(part, v)
		}
	}()
	run()
	return ""
}

// made makes one section, or one that says why it could not be made.
func (c *compiler) made(key string, run func() Section) (s Section) {
	if why := c.attempt(sectionTitle(key), func() { s = run() }); why != "" {
		s = Section{Title: sectionTitle(key), Empty: "This section could not be made: " + why + "."}
	}
	s.Key = key
	return s
}

// sectionTitle names a section that has no title of its own because it was not made.
func sectionTitle(key string) string { return capital(strings.ReplaceAll(key, "_", " ")) }

// noteFailures says in the verdict and in the data quality of a report which parts of
// it are missing: it never looks whole when it is not.
func (c *compiler) noteFailures(r *Report) {
	var parts []string
	for _, u := range c.in.Unread {
		parts = append(parts, title(u.What))
		if u.Damaged {
			r.Failures = append(r.Failures, Failure{title(u.What), clean(u.Why, textRunes)})
		}
	}
	t := Table{Key: "failures", Title: "Parts that could not be made", Columns: []Column{{Key: "part", Title: "Part"}, {Key: "why", Title: "Why"}}}
	for n, f := range c.failures {
		parts = append(parts, f.Part)
		r.Failures = append(r.Failures, f)
		t.Rows = append(t.Rows, Row{Key: fmt.Sprintf("failure-%d", n), Cells: []Value{{Text: f.Part, Tone: Warn}, words(f.Why)}})
	}
	if len(parts) == 0 {
		return
	}
	r.Verdict.Text = strings.TrimSpace(r.Verdict.Text + " This report is incomplete: " + listed(parts, 3) + " could not be made or read.")
	if r.Verdict.Tone == Good || r.Verdict.Tone == Plain {
		r.Verdict.Tone = Warn
	}
	for n := range r.Sections {
		if s := &r.Sections[n]; s.Key == Quality && len(t.Rows) > 0 {
			t.atMost(mostAtLook)
			if s.Tables = append([]Table{t}, s.Tables...); len(s.Tables) == 1 && !strings.HasPrefix(s.Empty, "This section") {
				s.Empty = ""
			}
		}
	}
}

// credible takes numbers that JSON cannot write, and times that it cannot, out of a
// report, so that one of them never loses the whole.
func (r *Report) credible() {
	for i := range r.Headline {
		r.Headline[i].Value.credible()
	}
	for _, s := range r.Sections {
		for i := range s.Figures {
			s.Figures[i].Value.credible()
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for i := range row.Cells {
					row.Cells[i].credible()
				}
			}
		}
	}
	for i := range r.Charts {
		r.Charts[i].credible()
	}
	for i := range r.Derivations {
		d := &r.Derivations[i]
		d.From, d.To, d.Coverage = writable(d.From), writable(d.To), credible(d.Coverage)
		for n := range d.Terms {
			d.Terms[n].Value.credible()
		}
	}
}

func (v *Value) credible() {
	if v.Number != nil && credible(v.Number) == nil {
		*v = Value{Text: "unknown", Unit: v.Unit, Tone: Gap, Link: v.Link, How: v.How}
	}
}

func (c *Chart) credible() {
	c.Mark = credible(c.Mark)
	for _, s := range c.Series {
		for n := range s.Points {
			p := &s.Points[n]
			p.At, p.Value = writable(p.At), credible(p.Value)
		}
	}
	for n := range c.Bands {
		c.Bands[n].From, c.Bands[n].To = writable(c.Bands[n].From), writable(c.Bands[n].To)
	}
}

func credible(x *float64) *float64 {
	if x == nil || !humanize.Finite(*x) {
		return nil
	}
	return x
}

// writable is a time that JSON can write, or the zero time.
func writable(t time.Time) time.Time {
	const lastYear = 9999
	if y := t.UTC().Year(); y < 1 || y > lastYear {
		return time.Time{}
	}
	return t
}
