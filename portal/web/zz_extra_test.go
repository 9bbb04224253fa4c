package web

import (
	"log/slog"
	"os"
)

func serveExtra(d *Deps, o *Options) { o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil)) }
