package postmortems

import (
	"os"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"time"
)

// aboutExpressions returns the expressions for which mayBeAboutTimes is a fast pre-check.
func aboutExpressions() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{"aboutTimes": aboutTimes, "aboutAll": aboutAll, "aboutSection": aboutSection}
}

// samples returns texts that together cover every alternative of an expression, each optional
// part both present and absent.
func samples(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		for _, r := range "a :A" { // a character that begins no other word
			for i := 0; i < len(re.Rune); i += 2 {
				if re.Rune[i] <= r && r <= re.Rune[i+1] {
					return []string{string(r)}
				}
			}
		}
		return runesOf(re.Rune)
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			out = append(out, samples(sub)...)
		}
		return out
	case syntax.OpCapture, syntax.OpPlus:
		return samples(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		return append([]string{""}, samples(re.Sub[0])...)
	case syntax.OpRepeat:
		out := samples(re.Sub[0])
		for i := range out {
			out[i] = strings.Repeat(out[i], max(re.Min, 1))
		}
		if re.Min == 0 {
			out = append(out, "")
		}
		return out
	case syntax.OpConcat:
		return inTurn(re.Sub)
	}
	return []string{""} // an anchor, or the end of a word
}

// runesOf returns the first rune of every range as a text.
func runesOf(ranges []rune) []string {
	var out []string
	for i := 0; i < len(ranges); i += 2 {
		out = append(out, string(ranges[i]))
	}
	return out
}

// inTurn joins the samples of the parts: each sample of each part, with the first and with the
// last samples of the others.
func inTurn(subs []*syntax.Regexp) []string {
	parts := make([][]string, len(subs))
	for i, sub := range subs {
		parts[i] = samples(sub)
	}
	var out []string
	for i := range parts {
		for _, own := range parts[i] {
			var first, last strings.Builder
			for k := range parts {
				if k == i {
					first.WriteString(own)
					last.WriteString(own)
					continue
				}
				first.WriteString(parts[k][0])
				last.WriteString(parts[k][len(parts[k])-1])
			}
			out = append(out, first.String(), last.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mayBeAboutTimes is true for every sentence that one of the expressions matches: there is a
// sample for each of their alternatives.
func TestMayBeAboutTimesCoversTheExpressions(t *testing.T) {
	for name, expr := range aboutExpressions() {
		re, err := syntax.Parse(expr.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		for _, alternative := range alternatives(re) {
			found := 0
			for _, text := range samples(alternative) {
				for _, sentence := range []string{text, text + " x", "x " + text, strings.ToUpper(text)} {
					if !expr.MatchString(sentence) {
						continue
					}
					found++
					if !mayBeAboutTimes(sentence) {
						t.Errorf("%s matches %q, mayBeAboutTimes does not", name, sentence)
					}
				}
			}
			if found == 0 {
				t.Errorf("%s: matches no sample of %s: %q", name, alternative, samples(alternative))
			}
		}
	}
}

// alternatives returns the alternatives of an expression at any depth.
func alternatives(re *syntax.Regexp) []*syntax.Regexp {
	if re.Op == syntax.OpAlternate {
		var out []*syntax.Regexp
		for _, sub := range re.Sub {
			out = append(out, alternatives(sub)...)
		}
		return out
	}
	return []*syntax.Regexp{re}
}

// mayBeAboutTimes is true for every sentence about times in the table of timelines.
func TestMayBeAboutTimesCoversTheTable(t *testing.T) {
	table, err := os.ReadFile("timelinezone_test.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, text := range regexp.MustCompile(`\\n|"|\n`).Split(string(table), -1) {
		for name, expr := range aboutExpressions() {
			if !expr.MatchString(text) {
				continue
			}
			if found++; !mayBeAboutTimes(text) {
				t.Errorf("%s matches %q, mayBeAboutTimes does not", name, text)
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d sentences are about times", found)
	}
}

// mayBeAboutTimes is true for sentences in all supported languages.
func TestMayBeAboutTimesCoversSentences(t *testing.T) {
	for _, sentence := range []string{
		"All times in PST.", "(All times US/Pacific, 24-hour clock.)", "Times in CDT", "(horário de Brasília)", "The times below are local.",
		"Time zone: CET", "TZ: CET",
		"所有时间均为北京时间。", "時刻は日本時間", "ВРЕМЯ УКАЗАНО ПО UTC+3.", "Alle Uhrzeiten in MEZ", "9 Uhr", "Ortszeit", "Toutes les heures sont locales",
		"zona horaria: CET", "fuseau horaire : CET", "모든 시간은 KST", "시각", "часовой пояс",
	} {
		matched := false
		for _, expr := range aboutExpressions() {
			matched = matched || expr.MatchString(sentence)
		}
		if !matched || !mayBeAboutTimes(sentence) {
			t.Errorf("%q: matched %v, mayBeAboutTimes %v", sentence, matched, mayBeAboutTimes(sentence))
		}
	}
}

// The list of zone names is sorted, and every name is a zone.
func TestPlacesAreOfZones(t *testing.T) {
	names := strings.Fields(tzNames)
	if !slices.IsSorted(names) || len(names) < 400 {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
	for place, zone := range places() {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("%s is in no zone: %v", place, err)
		}
	}
	for _, word := range noPlaces() {
		if cityAt(word) != "" {
			t.Errorf("%q was read as a place", word)
		}
	}
	for words, zone := range map[string]string{"Manila": "Asia/Manila", "MANILA TIME": "Asia/Manila", "Ho Chi Minh City": "Asia/Ho_Chi_Minh",
		"Port-au-Prince": "America/Port-au-Prince",
		"Zürich":         "Europe/Zurich", "St. John's": "America/St_Johns", "local time": "Europe/Berlin", "首尔时间": "Europe/Berlin"} {
		if got := exampleZone(words); got != zone {
			t.Errorf("exampleZone(%q) = %s, want %s", words, got, zone)
		}
	}
}
