package openslo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/slo"
)

// objectiveNames returns the names of a document's objectives, in their order. A single
// one has the document's name, and so has the first of several; the names of the others
// follow from their titles, as in "checkout-sla", or from their number. In a composite
// the document's name is that of the composite. Names are unique within the document:
// the second of equal ones ends in -2.
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

// slug returns a title as the end of a name, at most 40 bytes; "" when it has no letter
// or digit of ASCII.
func slug(title string) string {
	const most = 40
	name := Name(title)
	return strings.Trim(name[:min(len(name), most)], "-")
}

// Name returns any text as a name: lower-case letters, digits and hyphens, at most 63;
// "" when no letter or digit is in it. Each run of other characters becomes one hyphen.
// Different texts may have the same name.
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

// composite returns the SLO over all objectives of a document. names are those of the
// objectives, in their order. It has no target of its own: its budget is the weighted
// mean of its parts.
func composite(d draft, names []string) slo.SLO {
	s := d.SLO
	for i, o := range d.objectives {
		s.Parts = append(s.Parts, slo.Part{SLO: names[i], Weight: o.weight})
	}
	s.Hash = s.DefinitionHash()
	return s
}

// commonSlices returns the length of a slice that all objectives share: 0 if none has
// slices, -1 if they differ.
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

// sameBuckets reports whether SLOs over one SLI may share its buckets. common is the
// result of commonSlices. Either all have one length of slice, or the SLO is counted in
// base buckets, which do not depend on slices.
func sameBuckets(s slo.SLO, common time.Duration) bool {
	return common >= 0 || s.BucketLen() == slo.BaseBucket
}

// objectiveNames adds a finding for each name that the objectives of two documents
// share, and removes all but the first in the order of paths. Names of documents are
// unique when this is called, but one that follows from a title may be the name of
// another document. It sorts the SLOs of the set by name.
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
