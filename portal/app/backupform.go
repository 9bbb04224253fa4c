package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// A backup is a tar file of four members, in this order:
//
//	postern-backup     "2\n": the version of this form
//	postern.db         a consistent copy of the database
//	knowledge.bundle   a git bundle of every branch, taken after the copy
//	postern-digests    a line "sha256 HEX NAME" for each member
//
// A digest covers the member as it is in the file: header, contents and padding. The
// digest of postern-digests itself covers its header and the lines above. Two blocks of
// zeros end the file. Every bit is therefore covered, a truncated file has no digests,
// and an error names the damaged member.
//
// The bundle is made last, so it holds every commit that the database refers to. What
// was pushed in between is published again at the first start after a restore.
//
// Form 1, of Postern until November 2026, has no digests, and damage in its database
// cannot be found.
const (
	backupForm  = "2\n"
	olderForm   = "1\n"
	versionName = "postern-backup"
	bundleName  = "knowledge.bundle"
	digestsName = "postern-digests"
	tarBlock    = 512
	// smallMember bounds the contents of the first and the last member, in bytes.
	smallMember = 4 << 10
)

// Member is a verified part of a backup.
type Member struct {
	Name string
	Size int64 // of its contents, in bytes
}

// BeginsLikeABackup reports whether a file begins like a backup of any form. It returns
// the error of opening the file.
func BeginsLikeABackup(file string) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	h, err := tar.NewReader(f).Next()
	return err == nil && h.Name == versionName, nil
}

// sealer writes a backup, member by member, and ends it with the digests.
type sealer struct {
	w io.Writer
	// lines are the lines of postern-digests so far.
	lines strings.Builder
}

// add writes a member whose contents are size bytes. A content of another length is an
// error, which leaves an incomplete member in the file.
func (s *sealer) add(name string, size int64, content io.Reader) error {
	sum := sha256.New()
	t := tar.NewWriter(io.MultiWriter(s.w, sum))
	err := t.WriteHeader(memberHeader(name, size))
	if err == nil {
		_, err = io.Copy(t, content)
	}
	if err == nil {
		err = t.Flush() // the padding; the end of the file is written by seal
	}
	s.lines.WriteString(digestLine(sum, name))
	return fault.Wrap(fault.Internal, "app.backup", "the backup cannot be written", err)
}

// seal writes postern-digests and ends the file. The last line is the digest of the
// member itself, over its header and the other lines.
func (s *sealer) seal() error {
	sum := sha256.New()
	// The digest has a fixed length, so the size is known before its value.
	size := int64(s.lines.Len() + len(digestLine(sum, digestsName)))
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	err := t.WriteHeader(memberHeader(digestsName, size))
	sum.Write(b.Bytes())
	sum.Write([]byte(s.lines.String()))
	// Close, below, also writes the two blocks of zeros.
	if err == nil {
		_, err = io.WriteString(t, s.lines.String()+digestLine(sum, digestsName))
	}
	if err == nil {
		err = t.Close()
	}
	if err == nil {
		_, err = s.w.Write(b.Bytes())
	}
	return fault.Wrap(fault.Internal, "app.backup", "the backup cannot be written", err)
}

// memberHeader returns a header of one block, whatever the size. GNU tar stores sizes
// beyond 8 GiB in binary, PAX in a block of its own.
func memberHeader(name string, size int64) *tar.Header {
	return &tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatGNU}
}

// digestLine returns the line of a member in postern-digests. The form is that of
// "sha256 HEX NAME" and not of sha256sum, whose digests are of contents alone.
func digestLine(sum hash.Hash, name string) string {
	return "sha256 " + hex.EncodeToString(sum.Sum(nil)) + " " + name + "\n"
}

// formOf returns the form that a backup states, without consuming it. The reader must
// have a buffer of two blocks. Kinds: fault.Invalid for another file, fault.Unsupported
// for another form.
func formOf(r *bufio.Reader) (string, error) {
	block, err := r.Peek(2 * tarBlock)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fault.Wrap(fault.Internal, "app.backup", "the backup cannot be read", err)
	}
	t := tar.NewReader(bytes.NewReader(block))
	h, err := t.Next()
	if err != nil || h.Name != versionName || h.Size > smallMember {
		return "", damagedIn(versionName, "it is not how a backup begins", err)
	}
	text, err := io.ReadAll(t)
	if err != nil {
		return "", damagedIn(versionName, "it is cut off", err)
	}
	if form := string(text); form == backupForm || form == olderForm {
		return form, nil
	}
	return "", fault.Newf(fault.Unsupported, "app.backup",
		"the backup has the form %q, or its member %s is damaged; this Postern reads the forms 1 and 2", text, versionName)
}

// damagedIn returns the error of a backup whose member is damaged in the way that what
// describes.
func damagedIn(member, what string, err error) error {
	return &fault.Error{Kind: fault.Invalid, Op: "app.backup", Err: err,
		Msg: fmt.Sprintf("this is not a whole Postern backup: its member %s is damaged (%s); nothing was changed", member, what)}
}

// unsealer reads a backup and compares it with its digests.
type unsealer struct {
	r io.Reader
	// lines are the lines of postern-digests as they should be, for the members read so
	// far.
	lines strings.Builder
}

// unseal reads a complete backup of form 2. It passes the contents of each member to
// save, which reads them to the end. The contents are verified only when unseal returns
// without an error.
func unseal(r io.Reader, save func(name string, content io.Reader) error) ([]Member, error) {
	u := &unsealer{r: r}
	var members []Member
	for _, name := range []string{versionName, databaseName, bundleName} {
		size, err := u.member(name, save)
		if err != nil {
			return nil, err
		}
		members = append(members, Member{name, size})
	}
	return members, u.digests()
}

// member reads one member and returns the size of its contents in bytes. Errors of save
// are returned as they are, unless reading failed first; everything else is damage.
func (u *unsealer) member(name string, save func(string, io.Reader) error) (size int64, err error) {
	sum := sha256.New()
	header, err := u.header(name, sum)
	if err != nil {
		return 0, err
	}
	content := &counted{r: io.TeeReader(io.LimitReader(u.r, header.Size), sum)}
	err = save(name, content)
	switch {
	case content.err != nil:
		return 0, damagedIn(name, "it cannot be read", content.err)
	case content.n < header.Size && err == nil:
		return 0, damagedIn(name, "it is cut off", io.ErrUnexpectedEOF)
	case err != nil:
		return 0, err
	}
	// -n&(m-1) is what is missing to the next multiple of m, a power of two.
	padding := make([]byte, -header.Size&(tarBlock-1))
	if _, err := io.ReadFull(u.r, padding); err != nil {
		return 0, damagedIn(name, "it is cut off", err)
	}
	sum.Write(padding)
	u.lines.WriteString(digestLine(sum, name))
	return header.Size, nil
}

// header reads the header of the member that is expected next, and adds it to sum. The
// members have a fixed order, so a name that differs is damage.
func (u *unsealer) header(name string, sum hash.Hash) (*tar.Header, error) {
	block := make([]byte, tarBlock)
	if _, err := io.ReadFull(u.r, block); err != nil {
		return nil, damagedIn(name, "it is cut off", err)
	}
	sum.Write(block)
	h, err := tar.NewReader(bytes.NewReader(block)).Next()
	if err != nil || h.Name != name || h.Size < 0 {
		return nil, damagedIn(name, "its header is not the one expected", err)
	}
	return h, nil
}

// digests reads the last member, compares the digests, and requires the end of the
// file: a byte after it would not be covered by any digest.
func (u *unsealer) digests() error {
	sum := sha256.New()
	h, err := u.header(digestsName, sum)
	if err != nil {
		return err
	}
	if h.Size > smallMember {
		return damagedIn(digestsName, "it is too large", nil)
	}
	rest := make([]byte, h.Size+(-h.Size&(tarBlock-1))+2*tarBlock)
	if _, err := io.ReadFull(u.r, rest); err != nil {
		return damagedIn(digestsName, "it is cut off", err)
	}
	text, zeros := string(rest[:h.Size]), rest[h.Size:]
	// end is where the last line begins, the one about postern-digests itself.
	end := strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n') + 1
	sum.Write([]byte(text[:end]))
	if text[end:] != digestLine(sum, digestsName) || len(bytes.Trim(zeros, "\x00")) > 0 {
		return damagedIn(digestsName, "it does not have the digest that it states", nil)
	}
	if n, err := io.ReadFull(u.r, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return damagedIn(digestsName, "something follows it", err)
	}
	return compareDigests(text[:end], u.lines.String())
}

// compareDigests returns an error that names the first member whose digest differs.
// Equal members in another number or order are damage of postern-digests.
func compareDigests(stated, found string) error {
	if stated == found {
		return nil
	}
	for line := range strings.Lines(found) {
		fields := strings.Fields(line)
		if !strings.Contains(stated, line) {
			return damagedIn(fields[2], "it does not have its digest", nil)
		}
	}
	return damagedIn(digestsName, "it lists other members", nil)
}

// counted counts the bytes that are read and records a read error, which
// differs from an error of the writer.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// VerifyBackup reads a complete backup, compares it with its digests and returns its
// members. Damage is a fault.Invalid error that names the member; a backup of an older
// Postern, which has no digests, is fault.Unsupported.
func VerifyBackup(r io.Reader) ([]Member, error) {
	in := bufio.NewReader(r)
	form, err := formOf(in)
	if err != nil {
		return nil, err
	}
	if form == olderForm {
		return nil, noDigests()
	}
	return unseal(in, func(_ string, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
}

// noDigests is the error of a backup of form 1 whose restore was not asked for
// explicitly.
func noDigests() error {
	return fault.New(fault.Unsupported, "app.backup",
		"this backup was made by an older Postern and has no digests: damage in it cannot be found. "+
			"postern restore --without-digests takes it as it is; nothing was changed")
}
