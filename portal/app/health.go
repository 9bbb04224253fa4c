package app

import (
	"context"
	"fmt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// gitCheck returns the state of the repository for /readyz: whether the published
// commit and all of its objects are present. The repository limits how often it runs
// git for it.
func (a *App) gitCheck(ctx context.Context) page.StatusCheck {
	if err := a.repo.Health(ctx); err != nil {
		return page.StatusCheck{Name: "git", Detail: fault.Message(err)}
	}
	return page.StatusCheck{Name: "git", OK: true}
}

// writesCheck returns for /readyz whether anything can be stored: the database accepts
// writes, and the disk has more than its reserve free.
func (a *App) writesCheck() page.StatusCheck {
	const refused = "pushes, feeds and everything else that is to be stored are refused; reading and searching go on. "
	if err := a.db.Writable(); err != nil {
		return page.StatusCheck{Name: "writes", Detail: refused + "The cause: " + fault.Message(err)}
	}
	if free, short := a.short(0); short {
		return page.StatusCheck{Name: "writes", Detail: fmt.Sprintf("pushes and feeds are refused; reading and searching go on. The "+
			"cause: no room on the disk of the data folder, %d MiB left, %d MiB must stay free (limits.free_space)",
			free>>20, a.opt.Config.Limits.FreeSpace>>20)}
	}
	return page.StatusCheck{Name: "writes", OK: true}
}

// measureParts reports the checks of /readyz to the metrics. The names of sources are
// left out: a series for each would grow with the configuration.
func (a *App) measureParts() {
	a.metrics.Parts(func() map[string]bool {
		parts := map[string]bool{}
		if a.web == nil {
			return parts // not started
		}
		for _, c := range a.Status(context.Background()).Checks {
			switch c.Name {
			case "database", "index", "git", "writes":
				parts[c.Name] = c.OK
			}
		}
		return parts
	})
}
