package app

import (
	"context"
	"fmt"

	"github.com/postern/postern/portal/base/fault"
)

// room tells whether the disk of the data folder has room for that many more
// bytes besides what must stay free: a disk that is written full takes the
// database's next commit, the index's next merge and the log with it. A disk that
// cannot be asked is taken to have room; the write itself will tell.
func (a *App) room(bytes int64) error {
	free, short := a.short(bytes)
	if !short {
		return nil
	}
	return fault.New(fault.Full, "app.room", fmt.Sprintf(
		"the server's disk is almost full (%d MiB left, %d MiB must stay free); nothing was changed. Its operator has to make room, then send it again",
		free>>20, a.opt.Config.Limits.FreeSpace>>20))
}

// short reports whether the disk lacks room for that many more bytes, and how many
// are free.
func (a *App) short(bytes int64) (free int64, short bool) {
	if a.opt.FreeSpace == nil {
		return 0, false
	}
	free, err := a.opt.FreeSpace(a.opt.Config.DataDir)
	if err != nil {
		a.log.WarnContext(context.Background(), "the disk does not tell how full it is", "error", err)
		return 0, false
	}
	return free, free-a.opt.Config.Limits.FreeSpace < bytes
}
