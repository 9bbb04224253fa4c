package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/fault"
)

// failureTrailer is the HTTP trailer in which the portal sends the reason when a stream
// fails after its header was sent. The status 200 was sent with the header, so that a
// trailer is the only place left for a reason.
const failureTrailer = "Postern-Failure"

// newBackup returns "postern backup", which writes a backup or verifies one. A damaged
// or incomplete backup exits with 1. What was written to stdout before an error stays
// there, so a script must look at the status.
func newBackup(term terminal, g *globals) *cobra.Command {
	var verify bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write one consistent backup while the portal runs ('-' is stdout), or verify one", Args: exactly(1),
		Long: "Write one consistent backup while the portal runs, to FILE or with - to stdout. FILE is complete or\n" +
			"not created at all. The backup is verified while it is written. With --verify the file is read and\n" +
			"compared with its digests; no portal is needed.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if verify {
				return verifyBackup(term, args[0])
			}
			return withClient(cmd.Context(), term, g, func(c *client) error {
				if args[0] == stdinName {
					return c.saveBackup(cmd.Context(), term, term.out)
				}
				// The destination is examined before the portal begins to read its
				// data.
				name, err := replaceable(args[0])
				if err != nil {
					return err
				}
				return writeWhole(name, func(w io.Writer) error { return c.saveBackup(cmd.Context(), term, w) })
			})
		},
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "read the backup FILE and check every digest in it; a damaged one exits with 1")
	return cmd
}

// saveBackup copies the portal's backup to w and verifies it on the way. The digests
// are at the end, so a truncated answer is an error even where the connection was
// closed cleanly. A portal too old to send digests is only noted on stderr.
//
// One failure shows in several places, so the order of the cases matters: the reason
// the portal sent, then the destination, then the connection, and the digests last,
// which fail after any of the others.
func (c *client) saveBackup(ctx context.Context, term terminal, w io.Writer) error {
	res, err := c.do(ctx, http.MethodGet, "/api/v1/admin/backup", nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	// The verifier reads body; the tee writes what it reads to out.
	body, out := &reading{from: res.Body}, &writing{to: w}
	_, verr := app.VerifyBackup(io.TeeReader(body, out))
	_, _ = io.Copy(out, body) // the rest after damage, and the trailer; reading and writing record their errors
	switch reason := res.Trailer.Get(failureTrailer); {
	case reason != "":
		return fault.Newf(fault.Unavailable, "backup", "%s aborted the backup: %s", c.name, reason)
	case out.err != nil:
		return fault.Wrap(fault.Internal, "backup", "the backup cannot be written to its destination", out.err)
	case body.err != nil:
		return c.brokeOff(body.err)
	case fault.KindOf(verr) == fault.Unsupported:
		fmt.Fprintf(term.err, "postern: %s is older than this command: its backup has no digests and was not verified\n", c.name)
		return nil
	}
	return damaged(verr)
}

// writing is a writer that records its last error. The reader of the tee would report a
// failed write as its own error.
type writing struct {
	to  io.Writer
	err error
}

// Write implements io.Writer.
func (w *writing) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// damaged returns an error with kind fault.Internal (exit status 1): status 3 is for
// invalid content that a person can edit, which a backup is not. Any other error, and
// nil, is returned as it is.
func damaged(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return &fault.Error{Kind: fault.Internal, Op: "backup", Msg: f.Msg, Err: f.Err}
	}
	return err
}

// replaceable returns the path that a backup of this name is written to, with symbolic
// links resolved. Only an earlier backup or an empty file may be replaced: the finished
// file is renamed into place, which would otherwise replace a device, a pipe or the
// portal's own database. Anything else is a fault.Conflict. A path where nothing exists
// is accepted; nothing is created.
func replaceable(name string) (string, error) {
	const op = "backup"
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return name, nil
	case err != nil:
		return "", fault.Wrap(fault.Internal, op, "the backup cannot be written to its destination", err)
	// EvalSymlinks failed, so the link leads to nothing: a rename would replace the
	// link itself.
	case info.Mode()&os.ModeSymlink != 0:
		return "", fault.Newf(fault.Conflict, op, "%s is a broken link; nothing was written", name)
	case !info.Mode().IsRegular():
		return "", fault.Newf(fault.Conflict, op, "%s is not a regular file; name a file, or - for stdout. Nothing was written", name)
	}
	// A file that cannot be read is not replaced either: it may be anything.
	is, err := app.BeginsLikeABackup(name)
	if err != nil {
		return "", fault.Wrap(fault.Internal, op, "the file that exists there cannot be read, so it is not replaced", err)
	}
	if !is && info.Size() > 0 {
		return "", fault.Newf(fault.Conflict, op, "%s is not an earlier backup, so it is not replaced; name another file. Nothing "+
			"was written", name)
	}
	return name, nil
}

// writeWhole creates a file that is complete and synced to disk, or nothing: fill
// writes to a temporary file in the same folder, which is then renamed. The temporary
// file has mode 0600, since a backup contains hashed credentials and drafts. After an
// error an earlier file of the name is as it was.
func writeWhole(name string, fill func(io.Writer) error) error {
	const left = "; the incomplete file was removed"
	f, err := os.CreateTemp(filepath.Dir(name), ".postern-*")
	if err != nil {
		return fault.Wrap(fault.Internal, "backup", "the backup cannot be written to its destination", err)
	}
	// After the rename there is nothing left to remove.
	defer func() { _ = os.Remove(f.Name()) }()
	if err := fill(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return fault.Wrap(fault.Internal, "backup", "the backup cannot be written to its destination"+left, err)
}

// verifyBackup prints the members of a backup. It fails when a digest does not match or
// the file is cut off. It reads the whole file, and prints nothing of one that is
// damaged.
func verifyBackup(term terminal, name string) error {
	in, err := openBackup(term, name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	members, err := app.VerifyBackup(in)
	if err != nil {
		return damaged(err)
	}
	for _, m := range members {
		fmt.Fprintf(term.out, "%s: %d bytes\n", m.Name, m.Size)
	}
	fmt.Fprintln(term.out, "the backup is complete: every digest matches")
	return nil
}

// openBackup opens a backup for reading; "-" is stdin, whose closing does nothing. A
// file that cannot be opened is fault.NotFound.
func openBackup(term terminal, name string) (io.ReadCloser, error) {
	if name == stdinName {
		return io.NopCloser(term.in), nil
	}
	f, err := os.Open(name)
	return f, fault.Wrap(fault.NotFound, "backup", "the backup cannot be read", err)
}

// newRestore returns "postern restore". It needs no portal and refuses a folder that is
// not empty. The folder is the configured one: that of the installed service is not
// looked for, as a wrong guess would fill it.
func newRestore(term terminal, g *globals) *cobra.Command {
	var how app.Restoring
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Fill an empty data folder from a backup ('-' is stdin)",
		Long: "Fill an empty data folder from a backup. Every digest is checked before anything is created; a\n" +
			"damaged backup is refused, and the damaged member is named.",
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load(term, g, nil)
			if err != nil {
				return err
			}
			in, err := openBackup(term, args[0])
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }()
			return restore(cmd.Context(), term, c.DataDir, in, how)
		},
	}
	cmd.Flags().BoolVar(&how.WithoutDigests, "without-digests", false, "accept a backup of an older Postern, which has no digests: "+
		"damage in it cannot be detected")
	return cmd
}

// restore fills dir from a backup and prints what comes next. The index is not in a
// backup, because it can be built from what is.
func restore(ctx context.Context, term terminal, dir string, in io.Reader, how app.Restoring) error {
	if err := app.Restore(ctx, dir, bufio.NewReader(in), how); err != nil {
		return err
	}
	if how.WithoutDigests {
		fmt.Fprintln(term.err, "postern: the backup has no digests and was not verified; check the restored portal before you rely on it")
	}
	fmt.Fprintf(term.err, "restored to %s; postern serve builds the search index at its first start\n", dir)
	return nil
}
