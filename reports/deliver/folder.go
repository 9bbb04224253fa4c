package deliver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// folder writes each report into a folder, for whoever collects files. The
// names are NAME-PERIOD-rN.md, .json and .html; writing the same revision again
// changes nothing, so a lost outcome may be tried again.
type folder struct{ dir string }

const (
	folderMode = 0o750
	fileMode   = 0o640
)

// Send implements Sender.
func (f folder) Send(_ context.Context, l Letter, _, _ string) error {
	if err := os.MkdirAll(f.dir, folderMode); err != nil {
		return fail(Temporary, err, "the folder cannot be made")
	}
	base := fmt.Sprintf("%s-%s-r%d", l.Report, l.Period, l.Revision)
	if !filepath.IsLocal(base) || filepath.Base(base) != base {
		return fail(Permanent, nil, "the report's name does not fit a file name")
	}
	for _, file := range []struct {
		suffix string
		data   []byte
	}{{".md", l.Markdown}, {".html", l.HTML}, {".json", l.JSON}} {
		if err := writeFile(filepath.Join(f.dir, base+file.suffix), file.data); err != nil {
			return fail(Temporary, err, "the folder cannot be written to")
		}
	}
	return nil
}

// writeFile makes the whole file appear at once, on the disk.
func writeFile(name string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".postern-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			if gone := os.Remove(tmp.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(fileMode), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
