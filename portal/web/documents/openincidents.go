package documents

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/incident"
)

// openListed is how many open incidents the home page lists.
const openListed = 3

// openPatience is how long the home page waits for the open incidents. After a start
// every post-mortem is read for them once, and the search box must not wait for that.
const openPatience = 100 * time.Millisecond

// openIncidents returns the newest open incidents and how many there are. known is false
// while they are still being read. Later requests find the answer when it is ready.
// Without Signals, there are none and that is known.
func (h *Handler) openIncidents(req *page.Request, most int) (rows []incidentparts.Row, all int, known bool, err error) {
	if h.deps.Signals == nil {
		return nil, 0, true, nil
	}
	ctx := context.WithoutCancel(req.Context()) // others wait for the same answer
	// Concurrent readers share one call, and a reader that gives up does not end it.
	asked := h.opening.DoChan("open", func() (open any, err error) {
		defer func() { // it runs in a goroutine of its own, where a panic ends the process
			if p := recover(); p != nil {
				err = fault.Wrap(fault.Internal, "web.open", "", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		return h.deps.Signals.Open(ctx)
	})
	select {
	case r := <-asked:
		if r.Err != nil {
			return nil, 0, false, r.Err
		}
		open, _ := r.Val.([]incident.Incident)
		for _, in := range open[:min(len(open), most)] {
			rows = append(rows, incidentparts.NewRow(h.Kit, in, h.deps.Signals.Policy(), h.Now()))
		}
		return rows, len(open), true, nil
	case <-time.After(openPatience):
		return nil, 0, false, nil
	}
}
