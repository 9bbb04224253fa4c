package yamldoc

import "strings"

// Nearest returns the candidate that a person most likely meant by word: the one with
// the smallest edit distance (insert, delete, replace, swap neighbors), if that is at
// most a third of the word's length and at most 3. It returns "" when none is near.
func Nearest(word string, candidates []string) string {
	const longest = 40 // runes; longer words are not misspelled keys
	w := []rune(strings.ToLower(strings.ReplaceAll(word, "-", "_")))
	if len(w) == 0 || len(w) > longest {
		return ""
	}
	best, most := "", min(max(len(w)/3, 1), 3)+1
	for _, c := range candidates {
		r := []rune(strings.ToLower(c))
		if len(r) > longest || max(len(w), len(r))-min(len(w), len(r)) >= most {
			continue
		}
		if d := distance(w, r); d < most {
			best, most = c, d
		}
	}
	return best
}

// distance returns the optimal string alignment distance of two words: the number of
// edits of Nearest, none of which touches the result of another. rows[i][j] is the
// distance between the first i runes of a and the first j of b.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
