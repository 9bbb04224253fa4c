package gitrepo

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"

	"github.com/postern/postern/portal/base/fault"
)

// Entry types of a pack; 1 to 4 are whole objects.
const (
	lastWhole   = 4
	offsetDelta = 6
	namedDelta  = 7
)

// nameBytes is the length of an object name in a pack.
const nameBytes = 20

// errPackEnds reports that the process that the pack is passed on to has ended. The
// exit of that process explains why.
var errPackEnds = errors.New("the reader of the pack has ended")

// packSizes copies a pack and adds up the sizes that the pack's own headers declare
// for its objects. The pack is refused at the header that exceeds the limit, so that
// neither git nor this process ever inflates more than the limit: a megabyte of zlib
// data can hold a gigabyte, and so can a delta of twenty bytes.
type packSizes struct {
	in     *bufio.Reader
	out    *bufio.Writer
	most   int64
	total  int64 // bytes of the objects so far
	deltas int64 // bytes of the deltas' own instructions
	z      io.ReadCloser
	buf    []byte
}

// passPack copies one pack from its header to its end. A pack whose objects would take
// more than most bytes is a fault of kind TooLarge. in must be at the pack's header,
// which the caller has checked; its checksum is verified by git. errPackEnds means that
// out was closed.
func passPack(out io.Writer, in *bufio.Reader, most int64) error {
	p := &packSizes{in: in, out: bufio.NewWriterSize(out, 64<<10), most: most, buf: make([]byte, 32<<10)}
	head := make([]byte, packHeader)
	if _, err := io.ReadFull(p, head); err != nil {
		return damaged(err)
	}
	for range binary.BigEndian.Uint32(head[8:]) {
		if err := p.entry(); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{p}); err != nil { // the checksum
		return damaged(err)
	}
	if p.out.Flush() != nil {
		return errPackEnds
	}
	return nil
}

// entry copies one object. The order in a pack is: header, the name or offset of a
// delta's base, zlib data.
func (p *packSizes) entry() error {
	kind, size, err := p.header()
	if err != nil {
		return damaged(err)
	}
	switch {
	case kind >= 1 && kind <= lastWhole:
		if err := p.add(&p.total, size); err != nil {
			return err
		}
	case kind == namedDelta:
		if _, err := io.CopyN(io.Discard, p, nameBytes); err != nil {
			return damaged(err)
		}
	case kind == offsetDelta:
		if _, err := binary.ReadUvarint(p); err != nil { // offsets and varints end with the same kind of byte
			return damaged(err)
		}
	default:
		return damaged(errors.New("unknown type"))
	}
	if kind > lastWhole {
		if err := p.add(&p.deltas, size); err != nil {
			return err
		}
	}
	return p.inflate(size, kind > lastWhole)
}

// header reads the type and the size of an object: three bits and four, then seven
// bits per byte. The first byte has the type in bits 4 to 6 and the low four bits of
// the size; the highest bit of each byte states that another one follows.
func (p *packSizes) header() (kind byte, size int64, err error) {
	b, err := p.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	kind, size = b>>4&7, int64(b&15)
	for shift := 4; b >= 0x80; shift += 7 {
		if b, err = p.ReadByte(); err != nil {
			return 0, 0, err
		}
		if shift > 53 {
			return 0, 0, errors.New("a size of more than 2^60 bytes")
		}
		size |= int64(b&0x7f) << shift
	}
	return kind, size, nil
}

// add counts bytes before they are inflated. A sum over the limit is a fault of kind
// TooLarge. The comparison is written without a sum, which could overflow.
func (p *packSizes) add(sum *int64, size int64) error {
	if size > p.most || *sum > p.most-size {
		return fault.Newf(fault.TooLarge, "gitrepo.unpack",
			"the push has more than %d bytes unpacked; keep large data elsewhere, or push in parts", p.most)
	}
	*sum += size
	return nil
}

// inflate copies the data of one entry, which must inflate to size bytes. For a delta
// it counts the size of the object that the delta produces, from the delta's header.
// The data is inflated once here and once by git: the header alone cannot be trusted,
// as git reads until the zlib stream ends.
func (p *packSizes) inflate(size int64, delta bool) error {
	var err error
	if p.z == nil {
		p.z, err = zlib.NewReader(p)
	} else {
		err = p.z.(zlib.Resetter).Reset(p, nil) // every reader of package zlib implements Resetter
	}
	if err != nil {
		return damaged(err)
	}
	// One byte more than declared is allowed, so that a longer object is noticed without
	// inflating the rest.
	inflated := &io.LimitedReader{R: p.z, N: size + 1}
	data := bufio.NewReader(inflated)
	if delta {
		_, err = binary.ReadUvarint(data) // size of the base object
		made, err2 := binary.ReadUvarint(data)
		if err = errors.Join(err, err2); err != nil {
			return damaged(err)
		}
		if err := p.add(&p.total, int64(min(made, 1<<62))); err != nil {
			return err
		}
	}
	if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{data}, p.buf); err != nil {
		return damaged(err)
	}
	if inflated.N != 1 {
		return damaged(errors.New("an object is not as long as its header says"))
	}
	return nil
}

// damaged returns the fault of a pack that cannot be read to its end. A fault of the
// request or errPackEnds is returned as it is.
func damaged(err error) error {
	if errors.Is(err, errPackEnds) {
		return err
	}
	if f, ok := errors.AsType[*fault.Error](err); ok { // the request ended early
		return f
	}
	return fault.Wrap(fault.Invalid, "gitrepo.unpack", "the pack is damaged or ends too early; push again", err)
}

// Read reads from the pack and copies what it reads to the output. Bytes reach the
// output even if the pack turns out to be refused: git's child is then killed.
func (p *packSizes) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	if _, werr := p.out.Write(b[:n]); werr != nil {
		return n, errPackEnds
	}
	return n, err
}

// ReadByte makes packSizes an io.ByteReader, from which zlib reads no further than
// the end of its own data.
func (p *packSizes) ReadByte() (byte, error) {
	b, err := p.in.ReadByte()
	if err == nil && p.out.WriteByte(b) != nil {
		err = errPackEnds
	}
	return b, err
}
