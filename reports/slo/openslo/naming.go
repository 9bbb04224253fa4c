package openslo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/slo"
)

// objectiveNames are the names of a document's objectives. One alone has the
// document's name, and so has the first of several, whose names follow from
// their titles: "checkout-sla". Members of a composite leave that name to it.
func objectiveNames(d draft) []string {
	names := make([]string, len(d.objectives))
	taken := map[string]bool{d.Name: true}
	next := map[string]int{} // the number to try first for a base, so that equal titles stay cheap
	for i, o := range d.objectives {
		if i == 0 && (!d.composite || len(d.objectives) == 1) {
			names[i] = d.Name
			continue
		}
		base := d.Name + "-" + cmp.Or(slug(o.title), fmt.Sprint(i+1))
		name := base
		for n := max(next[base], 2); taken[name]; n++ {
			name, next[base] = fmt.Sprintf("%s-%d", base, n), n+1
		}
		taken[name] = true
		names[i] = name
	}
	return names
}

// slug is a title in the letters of a name, short enough to be the end of one.
func slug(title string) string {
	const most = 40
	name := Name(title)
	return strings.Trim(name[:min(len(name), most)], "-")
}

// Name makes a name of any text: lower-case letters, digits and hyphens, at most
// 63; "" when nothing is left.
func Name(text string) string {
	var out strings.Builder
	for _, c := range strings.ToLower(text) {
		switch {
		case out.Len() == maxName:
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			out.WriteRune(c)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.Trim(out.String(), "-")
}

// composite is the objective over all objectives of a document.
func composite(d draft, names []string) slo.SLO {
	s := d.SLO
	for i, o := range d.objectives {
		s.Parts = append(s.Parts, slo.Part{SLO: names[i], Weight: o.weight})
	}
	s.Hash = s.DefinitionHash()
	return s
}

// commonSlices is the one slice length of all objectives; -1 when they differ.
func commonSlices(objectives []objective) time.Duration {
	length := time.Duration(0)
	for i, o := range objectives {
		if i > 0 && o.sliceLen != length {
			return -1
		}
		length = o.sliceLen
	}
	return length
}

// sameBuckets reports whether SLOs over one SLI may share its buckets.
func sameBuckets(s slo.SLO, common time.Duration) bool {
	return common >= 0 || s.BucketLen() == slo.BaseBucket
}

// objectiveNames adds a finding for each name that the objectives of two documents share.
func (l *linker) objectiveNames() {
	slices.SortStableFunc(l.set.SLOs, func(a, b slo.SLO) int { return cmp.Compare(a.Name, b.Name) })
	var kept []slo.SLO
	for _, s := range l.set.SLOs {
		if n := len(kept); n > 0 && kept[n-1].Name == s.Name {
			r := l.reader(s.Path)
			const text = "the objective %s has the name of one in %s: give one of them another title"
			r.findAt(ruleDuplicate, place{line: s.Line, col: 1}, text, s.Name, kept[n-1].Path)
			l.keep(r)
			continue
		}
		kept = append(kept, s)
	}
	l.set.SLOs = kept
}
