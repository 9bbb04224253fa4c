package sandbox

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// workerArg makes the test binary a worker.
const workerArg = "render-worker"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerArg {
		if err := Serve(os.Stdin, os.Stdout, faulty{markdown.New(markdown.Options{})}); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// faulty renders, except for documents that make it misbehave.
type faulty struct{ postmortems.BodyRenderer }

func (r faulty) RenderBody(ctx context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	word, rest, _ := strings.Cut(string(in.Markdown), " ")
	switch word {
	case "HANG":
		<-time.After(time.Hour)
	case "SPIN":
		for n := uint64(1); n != 0; n++ { // longer than any test waits
			runtime.KeepAlive(n)
		}
	case "PANIC":
		panic("requested")
	case "EAT":
		var all [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			all = append(all, b)
			_ = all
		}
	case "GARBAGE":
		_, _ = os.Stdout.WriteString("\xff\xff\xff\xffgarbage")
		<-time.After(time.Hour)
	case "ERROR":
		return postmortems.Body{}, nil, fault.New(fault.Internal, "faulty", "requested")
	case "ONCE": // fails until the file exists
		if _, err := os.Stat(rest); err != nil {
			panic("the first time")
		}
		return postmortems.Body{H1: "second"}, nil, nil
	case "WRITE":
		if err := os.WriteFile(rest, []byte("x"), 0o600); err != nil {
			return postmortems.Body{H1: "refused"}, nil, nil
		}
		return postmortems.Body{H1: "written"}, nil, nil
	case "ENV":
		return postmortems.Body{H1: strings.Join(os.Environ(), "\n")}, nil, nil
	}
	return r.BodyRenderer.RenderBody(ctx, in)
}
