package reporting_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/export"
)

// leaf is one statement of a report: a text, a number or a link, wherever in the
// model it stands.
type leaf struct {
	kind string        // "Sections.Tables.Rows.Cells.Text": where, without which
	path string        // the same with indices, for messages
	v    reflect.Value // settable
	// exact is the text of a chart's point, which is found as a whole cell only.
	exact string
	// said is how a form writes it, found is that without blanks.
	said, found string
}

// identifiers are the fields that say what something is called or how it is drawn
// instead of what it is: changing one would make another report. Instants are
// among them: each form writes them in its own way.
var identifiers = regexp.MustCompile(`(^|\.)(Format|Layout|Key|Kind|Tone|Unit|How|Twin|Numeric|Matrix|From|To|AsOf|At)$` +
	`|^(Name|Period|Zone|Verdict\.Missed|Sections\.Charts|Charts\.Name)$`)

// leaves walks the whole model: what somebody adds to it is found without being
// named here.
func leaves(r *reports.Report) (all []leaf) {
	skip := map[string]bool{}
	var walk func(path, kind string, v reflect.Value)
	walk = func(path, kind string, v reflect.Value) {
		is, known := skip[kind]
		if !known {
			is = identifiers.MatchString(kind)
			skip[kind] = is
		}
		if is {
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for n := range v.NumField() {
				name := v.Type().Field(n).Name
				walk(strings.TrimPrefix(path+"."+name, "."), strings.TrimPrefix(kind+"."+name, "."), v.Field(n))
			}
		case reflect.Slice:
			for n := range v.Len() {
				walk(path+"["+strconv.Itoa(n)+"]", kind, v.Index(n))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(path, kind, v.Elem())
			}
		case reflect.String:
			if v.Len() > 0 {
				all = append(all, leaf{kind: kind, path: path, v: v})
			}
		default:
			all = append(all, leaf{kind: kind, path: path, v: v})
		}
	}
	walk("", "", reflect.ValueOf(r).Elem())
	for i := range all {
		all[i].twinned(r)
		all[i].said = all[i].says()
		all[i].found = squeezed(all[i].said)
	}
	return all
}

// twinned names the parts of charts that a table repeats apart: forms without
// drawings leave those to the table.
func (l *leaf) twinned(r *reports.Report) {
	var n int
	if !strings.HasPrefix(l.path, "Charts[") {
		return
	}
	if _, err := fmt.Sscanf(l.path, "Charts[%d].", &n); err != nil {
		return
	}
	c := r.Charts[n]
	switch {
	case c.Twin != "":
		l.kind = "Twinned" + strings.TrimPrefix(l.kind, "Charts")
	case c.Kind == reports.Clock:
		l.kind = "Clock" + strings.TrimPrefix(l.kind, "Charts")
	}
	if strings.HasSuffix(l.path, ".Value") {
		l.exact = export.Unit(c.Unit).Exact(nil, l.v.Float()) // a finite number needs no texts
	}
}

// makeUnique marks every text and changes every number, so that each is found
// once or not at all: "0" stands everywhere.
func makeUnique(t *testing.T, r *reports.Report) {
	t.Helper()
	for n, l := range leaves(r) {
		n++
		switch l.v.Kind() {
		case reflect.String:
			mark := " q" + strconv.Itoa(n) + "z"
			if strings.HasSuffix(l.kind, ".Link") {
				mark = strings.TrimSpace(mark)
			}
			l.v.SetString(l.v.String() + mark)
		case reflect.Float64:
			l.v.SetFloat(uniqueNumber(r, l, n))
		case reflect.Int:
			l.v.SetInt(int64(700_000 + n)) // in no number of above a million
		default:
			t.Fatalf("%s is a %s; say here how such a field is made unique", l.path, l.v.Kind())
		}
	}
}

// uniqueNumber is a number whose text in its chart's unit is unique too.
func uniqueNumber(r *reports.Report, l leaf, n int) float64 {
	var at int
	if _, err := fmt.Sscanf(l.path, "Charts[%d].Series", &at); err != nil {
		return 1e6 + float64(n) + 0.5
	}
	switch export.Unit(r.Charts[at].Unit) {
	case chart.Percent:
		return float64(n) * 1e-5
	case chart.Times:
		return float64(n) / 100
	}
	return float64(1000 + n)
}

// says is the leaf as a form writes it.
func (l leaf) says() string {
	switch l.v.Kind() {
	case reflect.Float64:
		return strconv.FormatFloat(l.v.Float(), 'g', -1, 64)
	case reflect.Int:
		return strconv.FormatInt(l.v.Int(), 10)
	}
	return l.v.String()
}

// alter makes the leaf say something else.
func (l leaf) alter() {
	switch l.v.Kind() {
	case reflect.Float64:
		l.v.SetFloat(l.v.Float()*1.001 + 7)
	case reflect.Int:
		l.v.SetInt(l.v.Int() + 300_000)
	default:
		l.v.SetString(strings.TrimSuffix(l.v.String(), "z") + "1z")
	}
}
