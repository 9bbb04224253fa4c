package web

import (
	"net/http"
	"os"
	"testing"
)

func TestZZServe(t *testing.T) {
	addr := os.Getenv("SERVE")
	if addr == "" {
		t.Skip()
	}
	s := newSite(t, "http://"+addr, serveExtra)
	t.Log(http.ListenAndServe(addr, s.Server))
}
