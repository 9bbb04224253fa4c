package library

import (
	"fmt"
	"testing"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// BenchmarkApplyTenThousand measures the database transaction of a first push of 10,000
// documents.
func BenchmarkApplyTenThousand(b *testing.B) {
	const files = 10_000
	b.ReportMetric(files, "documents")
	for b.Loop() {
		b.StopTimer()
		r := newRepo(b)
		tree := edit{}
		for i := range files {
			tree[fmt.Sprintf("postmortems/%d/%d.md", i%10, i)] = fmt.Sprintf("---\ntitle: T%d\nowner: o%d\ntags: [a%d, b%d]\n"+
				"incident: {severity: SEV2, services: [s%d]}\n---\n[x](%d.md)\n", i, i%20, i%50, i%70, i%50, (i*7)%files)
		}
		commit := r.commit(tree)
		p := r.prepare(r.changeSet([]postmortems.Commit{commit}, nil))
		b.StartTimer()
		if err := r.db.Update(b.Context(), func(w kv.Writer) error { return p.Apply(w) }); err != nil {
			b.Fatal(err)
		}
	}
}
