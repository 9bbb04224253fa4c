package checks

import (
	"encoding/binary"
	"errors"
)

// errWebP reports a file without a readable header.
var errWebP = errors.New("no image header in the WebP file")

// webpSize returns the size in pixels from the first chunk of a WebP file (RFC 9649:
// lossy VP8, lossless VP8L or extended VP8X). VP8 and VP8L store 14 bits per side, VP8L
// and VP8X the size minus one; VP8X has 24 bits per side, of the canvas.
func webpSize(data []byte) (width, height int, err error) {
	const header = 20 // "RIFF" size "WEBP" chunk-name chunk-size
	if len(data) < header+10 {
		return 0, 0, errWebP
	}
	body := data[header:]
	switch string(data[12:16]) {
	case "VP8 ":
		if body[3] != 0x9d || body[4] != 0x01 || body[5] != 0x2a {
			return 0, 0, errWebP
		}
		return int(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), nil
	case "VP8L":
		if body[0] != 0x2f {
			return 0, 0, errWebP
		}
		bits := binary.LittleEndian.Uint32(body[1:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, nil
	case "VP8X":
		uint24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
		return uint24(body[4:]) + 1, uint24(body[7:]) + 1, nil
	}
	return 0, 0, errWebP
}
