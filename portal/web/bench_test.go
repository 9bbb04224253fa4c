package web_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest/site"
)

// BenchmarkDocument compares, over real connections, a document page behind
// everything that stands before it in production (with the log written to
// nowhere), its 304, and net/http serving the same bytes.
func BenchmarkDocument(b *testing.B) {
	const path = "/postmortems/2026/checkout"
	s := site.New(b, "http://kb.example", func(_ *web.Deps, o *web.Options) { o.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	page := s.Get(path)
	body, etag := page.Body.Bytes(), page.Header().Get("ETag")
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
	get := "GET " + path + " HTTP/1.1\r\nHost: kb.example\r\n"
	b.Run("net-http", func(b *testing.B) { load(b, bare, get+"\r\n") })
	b.Run("portal", func(b *testing.B) { load(b, s.Server, get+"\r\n") })
	b.Run("not-modified", func(b *testing.B) { load(b, s.Server, get+"If-None-Match: "+etag+"\r\n\r\n") })
}

func load(b *testing.B, h http.Handler, request string) {
	srv := httptest.NewServer(h)
	defer srv.Close()
	b.SetParallelism(8) // 16 clients on two cores
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		if err := client(srv.Listener.Addr().String(), request, pb.Next); err != nil {
			b.Error(err)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// client sends the request over one connection for as long as next says.
func client(addr, request string, next func() bool) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for next() {
		if _, err := io.WriteString(conn, request); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if res.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("status %s", res.Status)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
	}
	return nil
}
