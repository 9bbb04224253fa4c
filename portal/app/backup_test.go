package app

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/portal/base/fault"
)

// sealed is a backup with made-up contents.
func sealed(t *testing.T, db, bundle string) []byte {
	t.Helper()
	var b bytes.Buffer
	s := &sealer{w: &b}
	for _, m := range []struct{ name, text string }{{versionName, backupForm}, {databaseName, db}, {bundleName, bundle}} {
		if err := s.add(m.name, int64(len(m.text)), strings.NewReader(m.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.seal(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// memberAt is the member that a byte of a backup belongs to; what ends the file
// belongs to the last.
func memberAt(t *testing.T, backup []byte, at int) string {
	t.Helper()
	for name, from := "", 0; ; {
		h, err := tar.NewReader(bytes.NewReader(backup[from : from+tarBlock])).Next()
		if err != nil {
			return name
		}
		name = h.Name
		from += tarBlock + int(h.Size+(-h.Size&(tarBlock-1)))
		if at < from || from+tarBlock > len(backup) {
			return name
		}
	}
}

// refusedAt holds that a damaged backup is refused, and says which member is.
func refusedAt(t *testing.T, what string, err error, member string) {
	t.Helper()
	kind := fault.KindOf(err)
	if err == nil || kind != fault.Invalid && kind != fault.Unsupported || !strings.Contains(fault.Message(err), "member "+member+" ") {
		t.Errorf("%s, in %s: %v", what, member, err)
	}
}

// TestEveryBitOfABackupIsCovered flips each bit of a small backup, cuts it off after
// each byte and adds one: none is taken for whole, and the member is named.
func TestEveryBitOfABackupIsCovered(t *testing.T) {
	whole := sealed(t, strings.Repeat("rows and pages ", 40), "# v2 git bundle\n")
	if members, err := VerifyBackup(bytes.NewReader(whole)); err != nil || len(members) != 3 || members[1] != (Member{databaseName, 600}) {
		t.Fatalf("the backup itself: %v %v", members, err)
	}
	for at := range whole {
		member := memberAt(t, whole, at)
		for bit := range 8 {
			flipped := bytes.Clone(whole)
			flipped[at] ^= 1 << bit
			_, err := VerifyBackup(bytes.NewReader(flipped))
			refusedAt(t, fmt.Sprintf("byte %d bit %d", at, bit), err, member)
		}
		_, err := VerifyBackup(bytes.NewReader(whole[:at]))
		refusedAt(t, fmt.Sprintf("cut off after %d bytes", at), err, member)
		if t.Failed() {
			return
		}
	}
	_, err := VerifyBackup(bytes.NewReader(append(bytes.Clone(whole), 0)))
	refusedAt(t, "one byte more", err, digestsName)
}

// Members that were exchanged, left out or added are refused although each is whole.
func TestMembersOfABackupBelongTogether(t *testing.T) {
	one, other := sealed(t, "database one", "bundle one"), sealed(t, "database two", "bundle two")
	const member = 2 * tarBlock
	for name, c := range map[string]struct {
		backup []byte
		member string
	}{
		"another database": {append(append(bytes.Clone(one[:member]), other[member:2*member]...), one[2*member:]...), databaseName},
		"another bundle":   {append(append(bytes.Clone(one[:2*member]), other[2*member:3*member]...), one[3*member:]...), bundleName},
		"no bundle":        {append(bytes.Clone(one[:2*member]), one[3*member:]...), bundleName},
		"a member twice":   {append(bytes.Clone(one[:2*member]), one[member:]...), bundleName},
		"two backups":      {append(bytes.Clone(one), other...), digestsName},
		"text":             {[]byte(strings.Repeat("no backup ", 200)), versionName},
		"nothing":          {nil, versionName},
	} {
		_, err := VerifyBackup(bytes.NewReader(c.backup))
		refusedAt(t, name, err, c.member)
	}
}

// TestCampaignFlippedBackup flips single bits of a real backup: each is refused with
// the name of its member, by --verify and by restore, and nothing is made.
func TestCampaignFlippedBackup(t *testing.T) {
	a, random := openStored(t), campaign.Rand(t)
	var b bytes.Buffer
	if err := a.backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	parent := t.TempDir()
	restored := campaign.Size(20, 200) // writing each to the disk costs more than reading it
	for n := range campaign.Size(200, 2000) {
		at, bit := random.IntN(len(whole)), random.IntN(8)
		if n%4 == 0 { // the database is most of the file: the rest has its turn
			at = len(whole) - 1 - random.IntN(8*tarBlock)
		}
		what, member := fmt.Sprintf("byte %d bit %d", at, bit), memberAt(t, whole, at)
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << bit
		_, err := VerifyBackup(bytes.NewReader(flipped))
		refusedAt(t, what, err, member)
		if n < restored {
			refusedAt(t, what+" restored", Restore(t.Context(), filepath.Join(parent, "data"), bytes.NewReader(flipped),
				Restoring{WithoutDigests: true}), member)
			if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
				t.Fatalf("%s: %v is left (%v)", what, left, err)
			}
		}
	}
	if err := Restore(t.Context(), filepath.Join(parent, "data"), bytes.NewReader(whole), Restoring{}); err != nil {
		t.Errorf("the whole backup: %v", err)
	}
}

// A backup of an older Postern is restored where that is stated, and not verified.
func TestABackupWithoutDigestsIsNotTrusted(t *testing.T) {
	a := openStored(t)
	var db, bundle, b bytes.Buffer
	if err := a.db.Backup(t.Context(), &db); err != nil {
		t.Fatal(err)
	}
	if err := a.repo.Bundle(t.Context(), &bundle); err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(&b)
	for _, m := range []struct{ name, text string }{{versionName, olderForm}, {databaseName, db.String()}, {bundleName, bundle.String()}} {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.text)), Format: tar.FormatPAX}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := VerifyBackup(bytes.NewReader(b.Bytes())); fault.KindOf(err) != fault.Unsupported ||
		!strings.Contains(fault.Message(err), "--without-digests") {
		t.Errorf("verified: %v", err)
	}
	if err := Restore(t.Context(), dir, bytes.NewReader(b.Bytes()), Restoring{}); fault.KindOf(err) != fault.Unsupported ||
		!strings.Contains(fault.Message(err), "--without-digests") {
		t.Errorf("restored unasked: %v", err)
	}
	if found, err := Exists(dir); found || err != nil {
		t.Errorf("something was made: %v %v", found, err)
	}
	if err := Restore(t.Context(), dir, bytes.NewReader(b.Bytes()[:b.Len()/2]),
		Restoring{WithoutDigests: true}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("half of it: %v", err)
	}
	if err := Restore(t.Context(), dir, bytes.NewReader(b.Bytes()), Restoring{WithoutDigests: true}); err != nil {
		t.Errorf("as stated: %v", err)
	}
}

// A damaged database makes no backup: it could not be restored.
func TestADamagedDatabaseMakesNoBackup(t *testing.T) {
	a := openStored(t)
	name := a.dir(databaseName)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	const metaPages = 2 * 4096
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, len(before)-metaPages), metaPages); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	err = a.backup(t.Context(), &b)
	if fault.KindOf(err) != fault.Internal || !strings.Contains(fault.Message(err),
		"no backup was made, because the database is damaged") || b.Len() > 0 {
		t.Errorf("%d bytes were written: %v", b.Len(), err)
	}
	if _, err := f.WriteAt(before, 0); err != nil { // for the portal's end
		t.Fatal(err)
	}
}

// A backup that would fill the disk is refused before it begins.
func TestABackupDoesNotFillTheDisk(t *testing.T) {
	a := openStored(t)
	a.opt.FreeSpace = func(string) (int64, error) { return 1 << 10, nil }
	var b bytes.Buffer
	if err := a.backup(t.Context(), &b); fault.KindOf(err) != fault.Full ||
		!strings.Contains(fault.Message(err), "no backup was made") || b.Len() > 0 {
		t.Errorf("%d bytes were written: %v", b.Len(), err)
	}
}
