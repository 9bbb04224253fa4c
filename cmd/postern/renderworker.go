package main

import (
	"github.com/spf13/cobra"

	"github.com/postern/postern/postmortems/markdown"
	"github.com/postern/postern/postmortems/markdown/sandbox"
)

// renderWorkerName is the hidden command by which the server starts the child processes
// that render Markdown. It is started from the same executable, so that server and
// renderer have one version.
const renderWorkerName = "render-worker"

// newRenderWorker returns the hidden command of a render process. It reads Markdown
// from stdin and writes HTML to stdout until stdin ends; portal/app limits its memory
// and time. It handles hostile input, so it opens no file, no database and no
// configuration.
func newRenderWorker(term terminal) *cobra.Command {
	return &cobra.Command{
		Use: renderWorkerName, Hidden: true, Args: exactly(0),
		Short: "Render Markdown for the server that started this process",
		RunE: func(*cobra.Command, []string) error {
			return sandbox.Serve(term.in, term.out, markdown.New(markdown.Options{}))
		},
	}
}
