package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/convert"
)

// tree is a working tree that files are written into. os.Root refuses every path and
// every symbolic link that leads out of it. An imported document names its own path,
// and a working tree may contain links of someone else.
type tree struct{ *os.Root }

// openTree opens the folder given with --into. It fails with fault.NotFound. The caller
// closes it.
func openTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return tree{}, fault.Wrap(fault.NotFound, "tree", "--into "+dir+" is not a folder that can be opened", err)
	}
	return tree{root}, nil
}

// place is the state of a path that a file is to be written to.
type place uint8

const (
	vacant place = iota // nothing exists there
	same                // a file with the same content
	taken               // something else
)

// look returns the state of the file's path. It fails with fault.Conflict when the path
// cannot be read or leads out of the tree. The size is compared first, so that a large
// file is not read for nothing. A folder at the path is taken.
func (t tree) look(f convert.File) (place, error) {
	in, err := t.Open(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return vacant, nil
	}
	if err != nil {
		return taken, fault.Wrap(fault.Conflict, "tree", f.Path+" exists and cannot be read, or leads out of the working tree", err)
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(f.Data)) {
		return taken, nil
	}
	old, err := io.ReadAll(io.LimitReader(in, info.Size()))
	if err != nil || !bytes.Equal(old, f.Data) {
		return taken, nil
	}
	return same, nil
}

// write writes a file and creates its folders. Without force it fails with
// fault.Conflict when the path exists. An error after the file was created leaves an
// incomplete file; repeating the command with --force replaces it.
func (t tree) write(f convert.File, force bool) error {
	if err := t.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
		return fault.Wrap(fault.Conflict, "tree", "the folder of "+f.Path+" cannot be created", err)
	}
	// O_EXCL also refuses a file that was created since look.
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	out, err := t.OpenFile(f.Path, flags, 0o644)
	if err != nil {
		return fault.Wrap(fault.Conflict, "tree", f.Path+" cannot be written", err)
	}
	_, err = out.Write(f.Data)
	return fault.Wrap(fault.Internal, "tree", f.Path+" was not written completely", errors.Join(err, out.Close()))
}
