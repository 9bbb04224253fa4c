package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// TestPacketsOfEveryLength holds that every length is written and read alike.
func TestPacketsOfEveryLength(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), MaxPacket/16+1)
	for n := 0; n <= MaxPacket-lengthLen; n = max(n+1, min(n+n/40, MaxPacket-lengthLen)) {
		stream := AppendFlush(AppendPacket(nil, data[:n]))
		if want := fmt.Sprintf("%04x", n+lengthLen); string(stream[:lengthLen]) != want {
			t.Errorf("%d bytes have the length %q, want %q", n, stream[:lengthLen], want)
		}
		for name, text := range map[string][]byte{"as written": stream, "in upper case": append(bytes.ToUpper(stream[:lengthLen]),
			stream[lengthLen:]...)} {
			r := NewReader(bufio.NewReader(bytes.NewReader(text)))
			got, flush, err := r.Next()
			if !bytes.Equal(got, data[:n]) || flush || err != nil {
				t.Fatalf("%d bytes %s: read %d, flush %v, %v", n, name, len(got), flush, err)
			}
			if _, flush, err = r.Next(); !flush || err != nil {
				t.Fatalf("%d bytes %s: no flush behind it: %v", n, name, err)
			}
			if _, _, err = r.Next(); err != io.EOF {
				t.Fatalf("%d bytes %s: the end is %v", n, name, err)
			}
		}
	}
}

// TestLengthsThatAreNone holds that every byte that is no hexadecimal digit is refused at
// every place of a length, and so are lengths out of range.
func TestLengthsThatAreNone(t *testing.T) {
	refuse := func(head string) {
		t.Helper()
		_, _, err := NewReader(bufio.NewReader(strings.NewReader(head + strings.Repeat("x", MaxPacket)))).Next()
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("length %q: %v", head, err)
		}
	}
	for c := range 256 {
		if strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			continue
		}
		for i := range lengthLen {
			head := []byte("0005")
			head[i] = byte(c)
			refuse(string(head))
		}
	}
	for _, head := range []string{"0001", "0002", "0003", fmt.Sprintf("%04x", MaxPacket+1), "ffff"} {
		refuse(head)
	}
	for _, cut := range []string{"0", "000", "0005", "0006x"} {
		if _, _, err := NewReader(bufio.NewReader(strings.NewReader(cut))).Next(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", cut, err)
		}
	}
}

func TestParseOID(t *testing.T) {
	digits := strings.Repeat("0123456789abcdef", 3)[:40]
	for text, want := range map[string]postmortems.OID{digits: postmortems.OID(digits),
		strings.Repeat("f", 40): postmortems.OID(strings.Repeat("f", 40)), zeroOID: ""} {
		if got, ok := parseOID([]byte(text)); got != want || !ok {
			t.Errorf("%s: %s, %v", text, got, ok)
		}
	}
	for c := range 256 {
		text := []byte(digits)
		if strings.IndexByte("0123456789abcdef", byte(c)) >= 0 {
			continue
		}
		text[20] = byte(c)
		if got, ok := parseOID(text); ok {
			t.Errorf("%q is %q", text, got)
		}
	}
}
