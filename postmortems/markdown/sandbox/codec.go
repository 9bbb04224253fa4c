package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errMalformed is the cause when a payload does not have the format.
var errMalformed = errors.New("malformed message")

// encoder appends values to a buffer: numbers as varints, strings and lists after their
// length.
type encoder struct{ buf []byte }

// Each method has a counterpart in decoder, which must read the values in the same
// order.
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

// encodeList writes a list; nil and empty are encoded alike.
func encodeList[T any](e *encoder, list []T, one func(*encoder, T)) {
	e.int(len(list))
	for _, v := range list {
		one(e, v)
	}
}

// decoder reads values from a buffer. After the first failure it returns zero values
// and retains the error.
type decoder struct {
	buf []byte
	err error
}

// fail records the first failure. The buffer is dropped, so that the remaining reads of
// a message fail fast and no loop over it goes on.
func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errMalformed, what)
	}
	d.buf = nil
}

// int reads a number. A value that does not fit an int is a failure, not truncated.
func (d *decoder) int() int {
	v, n := binary.Varint(d.buf)
	if n <= 0 || int64(int(v)) != v {
		d.fail("number")
		return 0
	}
	d.buf = d.buf[n:]
	return int(v)
}

// take returns the next length-prefixed part of the buffer without copying it.
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

// string reads a string.
func (d *decoder) string() string { return string(d.take()) }

// byte reads one byte.
func (d *decoder) byte() byte {
	if len(d.buf) == 0 {
		d.fail("byte")
		return 0
	}
	b := d.buf[0]
	d.buf = d.buf[1:]
	return b
}

// bool reads a byte that must be 0 or 1.
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

// decodeList reads a list. Every element takes at least one byte, so a length beyond
// the rest of the buffer is refused before anything is allocated. The reply of a worker
// is untrusted: a document may have taken over the process.
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

// done returns the error, also when bytes are left. Both ends are the same binary, so
// bytes behind the last value mean damage.
func (d *decoder) done() error {
	if d.err == nil && len(d.buf) > 0 {
		d.fail("bytes left over")
	}
	return d.err
}
