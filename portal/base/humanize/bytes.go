package humanize

// Bytes returns a number of bytes in the largest binary unit that it reaches, with
// one decimal below ten: "512 bytes", "1.5 KiB", "64 MiB".
func Bytes(n int64) string {
	if n < 0 {
		// The least int64 has no opposite; one byte of 8 EiB is not visible.
		return Minus + Bytes(max(-n, -(n+1)))
	}
	const step = 1024
	if n < step {
		return Plural(int(n), "byte")
	}
	size := float64(n)
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		size /= step
		// Rounding can reach the next unit: 1,048,575 bytes are 1 MiB.
		if text := sizeText(size); size < step && text != "1,024" {
			return text + " " + unit
		}
	}
	return sizeText(size/step) + " EiB"
}

// sizeText returns a positive size in its unit: one decimal below ten unless that is
// zero, otherwise none.
func sizeText(size float64) string {
	const precise = 9.95 // what one decimal rounds to ten
	if size >= precise {
		return Decimal(size, 0)
	}
	text := Decimal(size, 1)
	if text[len(text)-2:] == ".0" {
		return text[:len(text)-2]
	}
	return text
}
