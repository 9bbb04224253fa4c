package app

import (
	"context"
	"fmt"

	"github.com/postern/postern/portal/base/fault"
)

// room returns a fault.Full error when the disk of the data folder has no room for the
// given number of bytes besides the reserve of limits.free_space. Without that reserve
// the database's next commit, the index's next merge and the log would fail together.
// When free space is unknown, room returns nil, and the write itself may fail.
func (a *App) room(bytes int64) error {
	free, short := a.short(bytes)
	if !short {
		return nil
	}
	return fault.New(fault.Full, "app.room", fmt.Sprintf(
		"the server's disk is almost full (%d MiB left, %d MiB must stay free); nothing was changed. Its operator has to make room, "+
			"then send it again",
		free>>20, a.opt.Config.Limits.FreeSpace>>20))
}

// short reports whether the disk lacks room for that many more bytes besides the
// reserve, and how many bytes are free. An unknown free space is not short; free is
// then 0.
func (a *App) short(bytes int64) (free int64, short bool) {
	if a.opt.FreeSpace == nil {
		return 0, false
	}
	free, err := a.opt.FreeSpace(a.opt.Config.DataDir)
	if err != nil {
		a.log.WarnContext(context.Background(), "the free space of the disk is unknown", "error", err)
		return 0, false
	}
	return free, free-a.opt.Config.Limits.FreeSpace < bytes
}
