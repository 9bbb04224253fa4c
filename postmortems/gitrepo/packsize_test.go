package gitrepo

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/wire"
)

// entryHead returns the header of a pack entry.
func entryHead(kind byte, size uint64) []byte {
	b := kind<<4 | byte(size&15)
	var out []byte
	for size >>= 4; size > 0; size >>= 7 {
		out = append(out, b|0x80)
		b = byte(size & 0x7f)
	}
	return append(out, b)
}

func deflated(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packOf returns a pack of entries, with its checksum.
func packOf(entries ...[]byte) []byte {
	out := append([]byte("PACK"), 0, 0, 0, 2)
	out = binary.BigEndian.AppendUint32(out, uint32(len(entries)))
	for _, e := range entries {
		out = append(out, e...)
	}
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}

// deltaTo returns a delta whose header declares a result of made bytes.
func deltaTo(t *testing.T, made uint64) []byte {
	t.Helper()
	data := binary.AppendUvarint(binary.AppendUvarint(nil, 10), made)
	data = append(data, 0x90, 10) // copy 10 bytes
	head := append(entryHead(namedDelta, uint64(len(data))), make([]byte, nameBytes)...)
	return append(head, deflated(t, data)...)
}

// A pack is refused at the header that exceeds the limit: nothing behind it is inflated, and
// git receives nothing of it.
func TestPacksAreRefusedByDeclaredSize(t *testing.T) {
	const most = 1 << 20
	small := append(entryHead(3, 5), deflated(t, []byte("hello"))...)
	half := append(entryHead(3, most/2), deflated(t, make([]byte, most/2))...)
	rest := bytes.Repeat([]byte{0xff}, 8<<20) // no zlib: an error if it were inflated
	for name, c := range map[string]struct {
		pack []byte
		kind fault.Kind
		want string
	}{
		"one large blob":              {packOf(small, append(entryHead(3, 1<<40), rest...)), fault.TooLarge, "more than 1048576 bytes unpacked"},
		"one of nearly all bits":      {packOf(append(entryHead(3, 1<<59), rest...)), fault.TooLarge, "bytes unpacked"},
		"many blobs":                  {packOf(half, half, append(entryHead(3, 1), rest...)), fault.TooLarge, "bytes unpacked"},
		"a delta with a large result": {packOf(small, deltaTo(t, 1<<40), rest), fault.TooLarge, "bytes unpacked"},
		"a delta to 2^64-1 bytes":     {packOf(deltaTo(t, 1<<64-1), rest), fault.TooLarge, "bytes unpacked"},
		"a long delta": {packOf(append(append(entryHead(namedDelta, 1<<40), make([]byte, nameBytes)...), rest...)),
			fault.TooLarge, "bytes unpacked"},
		"more than is declared":    {packOf(append(entryHead(3, 5), deflated(t, make([]byte, most))...)), fault.Invalid, "damaged"},
		"less than is declared":    {packOf(append(entryHead(3, 500), deflated(t, []byte("hello"))...)), fault.Invalid, "damaged"},
		"no zlib":                  {packOf(append(entryHead(3, 5), rest...)), fault.Invalid, "damaged"},
		"an unknown type":          {packOf(append(entryHead(5, 5), rest...)), fault.Invalid, "damaged"},
		"a header without an end":  {packOf(rest), fault.Invalid, "damaged"},
		"cut off in its header":    {packOf(small)[:packHeader], fault.Invalid, "ends too early"},
		"cut off inside an object": {packOf(half)[:200], fault.Invalid, "ends too early"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			in := &counter{r: bytes.NewReader(c.pack)}
			err := passPack(&out, bufio.NewReader(in), most)
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Message(err), c.want) {
				t.Errorf("%v", err)
			}
			if in.n > len(c.pack)-len(rest)/2 && len(c.pack) > len(rest) || out.Len() > len(c.pack) {
				t.Errorf("%d of %d bytes were read, %d copied", in.n, len(c.pack), out.Len())
			}
		})
	}
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// A pack from git passes unchanged, with every type of entry.
func TestHonestPacksPass(t *testing.T) {
	a := (&site{t: t}).author()
	text := strings.Repeat("one line of many\n", 500)
	for _, add := range []string{"", "a", "b", "c"} {
		text += add + strings.Repeat("another line\n", 3)
		a.write("a.md", text)
		a.write("empty.md", "")
		a.commit("x" + add)
	}
	for _, args := range [][]string{{"--delta-base-offset"}, nil, {"--thin"}, {"--no-reuse-delta", "--depth=50"}} {
		cmd := a.command(append([]string{"pack-objects", "--revs", "--stdout", "-q"}, args...)...)
		cmd.Stdin = strings.NewReader("HEAD\n^HEAD~2\n")
		pack, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := passPack(&out, bufio.NewReader(bytes.NewReader(pack)), 1<<20); err != nil || !bytes.Equal(out.Bytes(), pack) {
			t.Errorf("%v: %v, %d bytes of %d", args, err, out.Len(), len(pack))
		}
	}
}

// A small pack that inflates to too much is refused with a reason, and nothing of it stays.
func TestZipBombPackIsRefused(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Limits.InflatedBytes = 1 << 20 })
	a := s.author()
	a.write("a.txt", strings.Repeat("0", 64<<20))
	a.commit("64 MB in 64 KB")
	a.refused([]string{"more than 1048576 bytes unpacked"}, "origin", "main")
	body := wire.AppendPacket(nil, strings.Repeat("0", 40)+" "+strings.Repeat("1",
		40)+" refs/heads/x\x00report-status side-band-64k agent=test")
	body = append(wire.AppendFlush(body), packOf(append(entryHead(3, 1<<40), make([]byte, 1<<10)...))...)
	if status, text := s.post(body, nil); status != 200 || !strings.Contains(text, "bytes unpacked") {
		t.Errorf("%d %q", status, text)
	}
	s.sound()
}

func FuzzPassPack(f *testing.F) {
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x35x\x9c\xcaH\xcd\xc9\xc9\x07\x04\x00\x00\xff\xff\x06,\x02\x15"))
	f.Fuzz(func(t *testing.T, pack []byte) {
		var out bytes.Buffer
		err := passPack(&out, bufio.NewReader(bytes.NewReader(pack)), 1<<16)
		if !bytes.HasPrefix(pack, out.Bytes()) || err == nil && out.Len() != len(pack) {
			t.Fatalf("%v: %x of %x", err, out.Bytes(), pack)
		}
	})
}
