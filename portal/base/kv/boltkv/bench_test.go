package boltkv_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
)

// benchRows and benchBytes are the size of the database of the benchmarks.
const (
	benchRows  = 200_000
	benchBytes = 400
)

func benchDB(b *testing.B) (string, boltkv.Options) {
	b.Helper()
	path, o := filepath.Join(b.TempDir(), "bench.db"),
		boltkv.Options{Schemas: []kv.Schema{{Name: "bench", Version: 1, Buckets: []string{"bench.rows"}}}}
	db, err := boltkv.Open(context.Background(), path, o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	value := make([]byte, benchBytes)
	for n := 0; n < benchRows; n += 10_000 {
		err := db.Update(context.Background(), func(w kv.Writer) error {
			for i := n; i < n+10_000; i++ {
				value[0] = byte(i)
				if err := w.Put("bench.rows", fmt.Appendf(nil, "row-%09d", i), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return path, o
}

// BenchmarkScan reads 200,000 rows of 400 bytes in order.
func BenchmarkScan(b *testing.B) {
	path, o := benchDB(b)
	db, err := boltkv.Open(context.Background(), path, o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for b.Loop() {
		n := 0
		err := db.View(context.Background(), func(r kv.Reader) error {
			for _, err := range r.Scan("bench.rows", nil, nil) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || n != benchRows {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkOpen opens a database of 200,000 rows, which inspects its pages.
func BenchmarkOpen(b *testing.B) {
	path, o := benchDB(b)
	for b.Loop() {
		db, err := boltkv.Open(context.Background(), path, o)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
