// Package worddiff owns how two texts are compared word by word: the shortest
// script of deletions and insertions, by Myers' algorithm ("An O(ND) Difference
// Algorithm and Its Variations", 1986), within a stated amount of work.
//
// Data layout: nothing is stored. A text is cut into words, single spaces of any
// kind, and single marks; Han characters are words of their own.
package worddiff

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Op is what happened to a piece of text.
type Op uint8

// The operations.
const (
	Same Op = iota
	Deleted
	Inserted
)

// Piece is a run of text that is unchanged, deleted or inserted. The pieces without the
// inserted ones are the old text, those without the deleted ones the new text.
type Piece struct {
	Op   Op
	Text string
}

// maxEdits bounds the edit script in words. Time is words × edits and memory is edits²,
// 16 MB at this bound. Beyond it the texts have so little in common that one is shown
// after the other.
const maxEdits = 2000

// Compare returns the pieces that lead from old to new, by the algorithm of Myers. Common
// words at both ends are removed first, since most revisions change a few lines and the
// cost depends on the edits between.
func Compare(old, new string) []Piece {
	a, b := words(old), words(new)
	head := common(a, b)
	a, b = a[head:], b[head:]
	tail := commonTail(a, b)
	var out []Piece
	out = add(out, Same, words(old)[:head])
	out = append(out, middle(a[:len(a)-tail], b[:len(b)-tail])...)
	return merge(add(out, Same, a[len(a)-tail:]))
}

// common returns how many words the texts have in common at their beginning.
func common(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// commonTail returns how many words the texts have in common at their end.
func commonTail(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// middle compares what is between the common ends. Without a script within the bound, all
// of a is deleted and all of b inserted.
func middle(a, b []string) []Piece {
	trace, ok := forward(a, b)
	if !ok {
		return add(add(nil, Deleted, a), Inserted, b)
	}
	return backward(a, b, trace)
}

// forward finds, for each number of edits d, how far each diagonal k reaches:
// trace[d][k+d] is the furthest x with d edits. It takes (len(a)+len(b)) × d steps at
// most. ok is false beyond maxEdits.
func forward(a, b []string) (trace [][]int32, ok bool) {
	reach := []int32{0}
	for d := 0; d <= min(len(a)+len(b), maxEdits); d++ {
		row := make([]int32, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := step(reach, d, k)
			for y := x - k; x < len(a) && y >= 0 && y < len(b) && a[x] == b[y]; y++ {
				x++
			}
			row[k+d] = int32(x)
			if x >= len(a) && x-k >= len(b) {
				return append(trace, row), true
			}
		}
		trace, reach = append(trace, row), row
	}
	return nil, false
}

// step is where diagonal k begins after one more edit than reach has. It is an index into
// a; the index into b is x - k.
func step(reach []int32, d, k int) int {
	if d == 0 {
		return 0
	}
	if goesDown(reach, d, k) {
		return int(reach[k+1+d-1]) // an insertion: x stays
	}
	return int(reach[k-1+d-1]) + 1 // a deletion
}

// goesDown reports whether the furthest path to diagonal k comes from diagonal k+1, an
// insertion.
func goesDown(reach []int32, d, k int) bool {
	return k == -d || k != d && reach[k-1+d-1] < reach[k+1+d-1]
}

// backward walks the trace from its end and returns the pieces in reading order. Each
// step back takes the equal words first and then the one edit that led to their diagonal.
func backward(a, b []string, trace [][]int32) []Piece {
	var reversed []Piece
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		k := x - y
		px := 0
		down := false
		if d > 0 {
			px, down = step(trace[d-1], d, k), goesDown(trace[d-1], d, k)
		}
		for ; x > px; x-- {
			reversed = append(reversed, Piece{Same, a[x-1]})
			y--
		}
		switch {
		case d == 0:
		case down:
			y--
			reversed = append(reversed, Piece{Inserted, b[y]})
		default:
			x--
			reversed = append(reversed, Piece{Deleted, a[x]})
		}
	}
	out := make([]Piece, 0, len(reversed))
	for i := len(reversed) - 1; i >= 0; i-- {
		out = append(out, reversed[i])
	}
	return out
}

// add appends a word to the pieces.
func add(out []Piece, op Op, text []string) []Piece {
	if len(text) == 0 {
		return out
	}
	return append(out, Piece{op, strings.Join(text, "")})
}

// merge joins neighbours of one kind, and moves deletions between two unchanged runs
// before the insertions, so that a changed phrase reads as one change.
func merge(pieces []Piece) []Piece {
	var out []Piece
	var deleted, inserted strings.Builder
	flush := func() {
		if deleted.Len() > 0 {
			out = append(out, Piece{Deleted, deleted.String()})
		}
		if inserted.Len() > 0 {
			out = append(out, Piece{Inserted, inserted.String()})
		}
		deleted.Reset()
		inserted.Reset()
	}
	for _, p := range pieces {
		switch p.Op {
		case Deleted:
			deleted.WriteString(p.Text)
		case Inserted:
			inserted.WriteString(p.Text)
		default:
			flush()
			if n := len(out); n > 0 && out[n-1].Op == Same {
				out[n-1].Text += p.Text
			} else {
				out = append(out, p)
			}
		}
	}
	flush()
	return out
}

// words splits a text into words without losing a byte. Joined, they are the text again.
func words(s string) []string {
	var out []string
	for s != "" {
		n := wordLength(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// wordLength returns the length of the first word in bytes.
func wordLength(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if !joins(r) {
		return size
	}
	n := size
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !joins(r) {
			break
		}
		n += size
	}
	return n
}

// joins reports whether a character forms words with its neighbours. Han text has no
// spaces, so each character is compared alone; RuneError is a single invalid byte.
func joins(r rune) bool {
	if unicode.Is(unicode.Han, r) || r == utf8.RuneError {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}
