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
	if a.opt.FreeSpace == nil {
		return nil
	}
	free, err := a.opt.FreeSpace(a.opt.Config.DataDir)
	if err != nil {
		a.log.WarnContext(context.Background(), "the disk does not tell how full it is", "error", err)
		return nil
	}
	reserve := a.opt.Config.Limits.FreeSpace
	if free-reserve >= bytes {
		return nil
	}
	return fault.New(fault.Full, "app.room", fmt.Sprintf(
		"the server's disk is almost full (%d MiB left, %d MiB must stay free); nothing was changed. Its operator has to make room, then send it again",
		free>>20, reserve>>20))
}
