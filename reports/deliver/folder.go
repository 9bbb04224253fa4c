package deliver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// folder is the Sender that writes each report into a folder. The names are
// NAME-PERIOD-rN.md, .json and .html. Writing the same revision again changes nothing,
// so every failure may be tried again.
type folder struct{ dir string }

// Modes of what is written: readable by the group, which collects the files.
const (
	folderMode = 0o750
	fileMode   = 0o640
)

// Send implements Sender.
func (f folder) Send(_ context.Context, m Message, _, _ string) error {
	if err := os.MkdirAll(f.dir, folderMode); err != nil {
		return fail(Temporary, err, "the folder cannot be created")
	}
	base := fmt.Sprintf("%s-%s-r%d", m.Report, m.Period, m.Revision)
	if !filepath.IsLocal(base) || filepath.Base(base) != base {
		return fail(Permanent, nil, "the name of the report is no file name")
	}
	for _, file := range []struct {
		suffix string
		data   []byte
	}{{".md", m.Markdown}, {".html", m.HTML}, {".json", m.JSON}} {
		if err := writeFile(filepath.Join(f.dir, base+file.suffix), file.data); err != nil {
			return fail(Temporary, err, "the folder cannot be written to")
		}
	}
	return nil
}

// writeFile replaces a file atomically and syncs it to the disk. A program that
// collects the files never sees a part of one. The temporary file has a name that
// begins with a dot, and is removed after an error.
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
