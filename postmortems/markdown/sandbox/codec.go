package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errMalformed is what a decoder says of a payload that is not the format.
var errMalformed = errors.New("malformed message")

// encoder appends values to a buffer.
type encoder struct{ buf []byte }

func (e *encoder) int(n int)       { e.buf = binary.AppendVarint(e.buf, int64(n)) }
func (e *encoder) string(s string) { e.int(len(s)); e.buf = append(e.buf, s...) }
func (e *encoder) bytes(b []byte)  { e.int(len(b)); e.buf = append(e.buf, b...) }

func (e *encoder) bool(v bool) {
	if v {
		e.buf = append(e.buf, 1)
	} else {
		e.buf = append(e.buf, 0)
	}
}

// encodeList writes a list; nil and empty are the same.
func encodeList[T any](e *encoder, list []T, one func(*encoder, T)) {
	e.int(len(list))
	for _, v := range list {
		one(e, v)
	}
}

// decoder takes values off a buffer. After the first failure it gives zero
// values and keeps the error.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errMalformed, what)
	}
	d.buf = nil
}

func (d *decoder) int() int {
	v, n := binary.Varint(d.buf)
	if n <= 0 || int64(int(v)) != v {
		d.fail("number")
		return 0
	}
	d.buf = d.buf[n:]
	return int(v)
}

// take is the next length-prefixed part of the buffer, not copied.
func (d *decoder) take() []byte {
	n := d.int()
	if n < 0 || n > len(d.buf) {
		d.fail("length")
		return nil
	}
	part := d.buf[:n:n]
	d.buf = d.buf[n:]
	return part
}

func (d *decoder) string() string { return string(d.take()) }

func (d *decoder) byte() byte {
	if len(d.buf) == 0 {
		d.fail("byte")
		return 0
	}
	b := d.buf[0]
	d.buf = d.buf[1:]
	return b
}

func (d *decoder) bool() bool {
	switch d.byte() {
	case 0:
		return false
	case 1:
		return true
	}
	d.fail("bool")
	return false
}

// decodeList reads a list. Every element takes a byte at least, so a length
// beyond the rest of the buffer is refused before anything is allocated.
func decodeList[T any](d *decoder, one func(*decoder) T) []T {
	n := d.int()
	if n < 0 || n > len(d.buf) {
		d.fail("list length")
		return nil
	}
	var list []T
	for i := 0; i < n && d.err == nil; i++ {
		list = append(list, one(d))
	}
	return list
}

// done holds that the buffer is used up.
func (d *decoder) done() error {
	if d.err == nil && len(d.buf) > 0 {
		d.fail("bytes left over")
	}
	return d.err
}
