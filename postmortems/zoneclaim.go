package postmortems

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// zoneClaim is the time zone that a heading, a column or a sentence states for the clocks
// below it. A nil *zoneClaim states nothing, which differs from a claim without a zone.
type zoneClaim struct {
	zone  *time.Location // nil: stated and not understood
	words string         // as written, for messages
	line  int
}

// maxClaim bounds the text that is searched for zones, in bytes: a sentence about times
// is short.
const maxClaim = 600

// zonesIn returns the zones that a text names, in order. With vague, words that do not
// identify the zone are included. Only the first maxClaim bytes are searched. Zones do
// not overlap.
func zonesIn(text string, vague bool) []zoneRead {
	var out []zoneRead
	text = text[:min(len(text), maxClaim)]
	for i := 0; i < len(text); {
		if startsWord(text, i) {
			read, ok := readZone(text[i:])
			if !ok && vague {
				read, ok = vagueZone(text[i:])
			}
			if ok {
				out = append(out, read)
				i += len(read.words)
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return out
}

// wordBefore matches the end of a word or a number.
var wordBefore = regexp.MustCompile(`[A-Za-z0-9_/.:+-]$`)

// startsWord reports whether a zone may begin at i. Inside a word or a number no zone
// begins: the Z of a version or the PT of a name.
func startsWord(text string, i int) bool {
	if i == 0 {
		return true
	}
	if strings.HasPrefix(text[i:], "东") || strings.HasPrefix(text[i:], "東") || strings.HasPrefix(text[i:], "西") {
		last, _ := utf8.DecodeLastRuneInString(text[:i])
		return !strings.ContainsRune("华華美欧歐亚亞太南北中", last) // 华东一区 is a region of a cloud
	}
	return !wordBefore.MatchString(text[i-1 : i])
}

// commonZone returns the one zone that several statements mean; nil when none is
// understood, or when they differ. A named zone takes precedence over its abbreviation
// for one half of the year. "CET/CEST" and "Europe/Berlin (CET)" are one zone.
func commonZone(reads []zoneRead) *time.Location {
	var zone *time.Location
	for _, r := range reads {
		switch {
		case r.zone == nil:
		case zone == nil || sometimesEqual(r.zone, zone):
			zone = r.zone
		case !sometimesEqual(zone, r.zone):
			return nil
		}
	}
	return zone
}

// sometimesEqual reports whether two zones have the same offset in some month, as a
// named zone and its abbreviation have. The first of each month in 2026 is compared:
// rules of zones that changed earlier do not matter here.
func sometimesEqual(named, fixed *time.Location) bool {
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2026, month, 1, 12, 0, 0, 0, time.UTC)
		_, a := at.In(named).Zone()
		_, b := at.In(fixed).Zone()
		if a == b {
			return true
		}
	}
	return false
}

// claimOf returns the claim of the zones found in a text; nil without any. A sentence
// such as "not in UTC" names a zone and states another, unknown one.
func claimOf(text string, reads []zoneRead) *zoneClaim {
	if len(reads) == 0 {
		return nil
	}
	words := reads[0].words
	if len(reads) > 1 {
		words = cutRunes(oneLine(text), quotedRunes)
	}
	claim := &zoneClaim{zone: commonZone(reads), words: words}
	if zoneNegated.MatchString(text) {
		claim.zone, claim.words = nil, cutRunes(oneLine(text), quotedRunes)
	}
	return claim
}

// zoneNegated matches statements that the times are not in the zone they name.
var zoneNegated = regexp.MustCompile(`(?i)\bnot (?:(?:in|the|all|always) )*(?:utc|gmt)\b` +
	`|\b(?:behind|ahead of|before|after|off|to get|get|relative to|offset (?:to|from)) (?:utc|gmt)\b|\bfor (?:utc|gmt)\b`)

// bareOffset matches an offset in brackets that does not name its origin.
var bareOffset = regexp.MustCompile(`^\s*[+\-−]\s?\d{1,2}(?::?\d{2})?\s?(?i:h|hrs?|hours?)?\s*$`)

// quotedRunes is how much of an author's text a message quotes.
const quotedRunes = 60

// Statements about times that name no known zone.
var (
	inBrackets = regexp.MustCompile(`[（(\[【]([^）)\]】]*)[）)\]】]?`)
	// aboutTimes matches words for times and clocks in headings and beside lists.
	aboutTimes = regexp.MustCompile(`(?i)\b(?:times?|timestamps?|clocks?|time ?zones?|tz)\b|时区|時區|时间|時間|時刻|시간|시각|hor[aá]ri?os?\b` +
		`|\bhoras?\b|\bheures?\b|\buhr(?:zeit(?:en)?)?\b|\bzeit(?:en|angaben|zone)?\b|врем|часов`)
	// aboutAll matches sentences about the times of a whole document.
	aboutAll = regexp.MustCompile(`(?i)^\W*(?:(?:please )?note:?,? ?(?:that )?)?(?:(?:all|the following|these|any|listed|event` +
		`|incident) )*(?:times|timestamps|dates and times|times and dates|dates/times|clock times|clocks)(?: (?:listed|shown|given` +
		`|mentioned|stated|below|above|here|used|in this (?:document|report|post-?mortem|page|timeline|section|list)))*\s*(?:$|[:(,.—–-]` +
		`|are\b|is\b|in\b|use\b|refer\b|[A-Z]{2,5}\b|[A-Z][a-z]+/)` +
		`|\ball (?:times|timestamps|dates and times)(?: \w+){0,3} (?:are|is|in|use)\b|^\W*(?:time ?zones?|tz)\b\s*(?:$|[:·|=,]|is\b|used\b` +
		`|of\b|for\b|\()|^\W*(?:所有|以下|全部|文中|下列)(?:的)?(?:时间|時間|时刻|時刻)|时区|時區|时间均|時間均|时间以|時間以|(?:時刻|時間)は(?:すべて|全て)|すべて(?:の)?(?:時刻|時間)` +
		`|^\W*(?:alle|sämtliche) (?:zeiten|uhrzeiten|zeitangaben)\b|\btoutes les heures\b|\btodos (?:os|los) hor[aá]rios\b|\btodas (?:as` +
		`|las) horas\b|\bfuso hor[aá]rio\b|\bzeitzone\b|\bfuseau horaire\b|\bzona horaria\b|часовой пояс|время указано|모든 시간`)
	// aboutSection matches sentences about times that count only beside a timeline.
	aboutSection = regexp.MustCompile(`(?i)^\W*(?:the )?(?:times|timestamps|clock|time) |\b(?:all|the|these|following|listed) (?:event ` +
		`|log )?(?:times|timestamps)\b|hor[aá]rios? |\bhoras? (?:locale?s?|locais|de|en|em)\b|\bheures? (?:locales?|de|en)\b|\buhrzeiten\b` +
		`|\bzeitangaben\b|\bzeiten (?:in|sind)\b|\bortszeit\b|(?:时间|時間|時刻)(?:均|为|為|以|是|は)|시간은|врем(?:я|ени) (?:по|в|указано|московское` +
		`|местное)|\blocal times?\b|\btime ?zones?\b`)
	// noZone matches remarks about times that do not state a zone.
	noZone = regexp.MustCompile(`(?i)\b(?:approximate|approx|rounded|estimate[sd]?|chronological|elapsed|relative` +
		`|to the (?:nearest )?(?:minute|second))`)
	sentenceEnd = regexp.MustCompile(`[.!?](?:\s|$)|[。！？；\n]`)
	clockHabit  = regexp.MustCompile(`(?i)\b(?:12|24)[ -]?(?:hour|hr|h)\b(?: clock| format| time)?`)
)

// headingClaim returns the zone that a heading states; nil when it states none. Zones
// outside and inside brackets are tried first, then offsets, places and other remarks
// about times in brackets, then places outside.
func headingClaim(heading string) *zoneClaim {
	if claim := claimOf(heading, zonesIn(heading, false)); claim != nil {
		return claim
	}
	for _, m := range inBrackets.FindAllStringSubmatch(heading, -1) {
		// "24-hour clock" is no zone and would look like a statement about one.
		inside := clockHabit.ReplaceAllString(m[1], "")
		if claim := claimOf(m[1], zonesIn(inside, true)); claim != nil {
			return claim
		}
		if bareOffset.MatchString(inside) {
			return &zoneClaim{words: strings.TrimSpace(inside)}
		}
		if place := wholePlace(strings.TrimPrefix(inside, "in ")); place != "" {
			return &zoneClaim{words: place}
		}
		if aboutTimes.MatchString(inside) && !noZone.MatchString(inside) {
			return &zoneClaim{words: cutRunes(oneLine(m[1]), quotedRunes)}
		}
	}
	rest := inBrackets.ReplaceAllString(heading, " ")
	if claim := claimOf(rest, placesOutside(rest)); claim != nil {
		return claim
	}
	if aboutSection.MatchString(clockHabit.ReplaceAllString(rest, "")) {
		return textClaim(rest, aboutSection)
	}
	return nil
}

// columnClaim returns the zone that the header of a column states; nil when it states
// none. Words outside brackets that are neither zone nor place state nothing.
func columnClaim(header string) *zoneClaim {
	if claim := claimOf(header, zonesIn(header, true)); claim != nil {
		return claim
	}
	for _, m := range inBrackets.FindAllStringSubmatch(header, -1) {
		if bareOffset.MatchString(m[1]) {
			return &zoneClaim{words: strings.TrimSpace(m[1])}
		}
		if place := wholePlace(m[1]); place != "" {
			return &zoneClaim{words: place}
		}
	}
	if place := columnPlace(header); place != "" {
		return &zoneClaim{words: place}
	}
	return nil
}

// cellClaim returns the zone that a column of zones states for one row; nil for an
// empty cell. Any other text is a zone that is not understood.
func cellClaim(text string) *zoneClaim {
	if text = oneLine(text); strings.Trim(text, " -–—") == "" {
		return nil
	}
	if claim := claimOf(text, zonesIn(text, true)); claim != nil {
		return claim
	}
	return &zoneClaim{words: cutRunes(text, quotedRunes)}
}

// textClaim returns the zone that a sentence about times states in a paragraph; nil
// when there is none. about decides which sentences are about times. The first such
// sentence that states anything counts.
func textClaim(text string, about *regexp.Regexp) *zoneClaim {
	text = text[:min(len(text), maxClaim)]
	if !mayBeAboutTimes(text) {
		return nil
	}
	for _, sentence := range sentenceEnd.Split(text, -1) {
		plain := clockHabit.ReplaceAllString(sentence, "")
		if !about.MatchString(plain) {
			if place := wholePlace(strings.TrimPrefix(plain, timesOf.FindString(plain))); place != "" && timesOf.MatchString(plain) {
				return &zoneClaim{words: cutRunes(oneLine(sentence), quotedRunes)}
			}
			continue
		}
		if claim := claimOf(sentence, zonesIn(plain, true)); claim != nil {
			return claim
		}
		if !noZone.MatchString(plain) {
			return &zoneClaim{words: cutRunes(oneLine(sentence), quotedRunes)}
		}
	}
	return nil
}

// timesOf matches the beginning of a sentence that ends with a place: "All times Manila".
var timesOf = regexp.MustCompile(`(?i)^\W*(?:(?:all|the) )*(?:times|timestamps|clocks) (?:in )?`)

// mayBeAboutTimes reports whether a text contains a part of a word about times. It is
// fast and saves the expressions, which are slow, on most text.
func mayBeAboutTimes(text string) bool {
	text = strings.ToLower(text)
	for _, part := range []string{"ime", "lock", "tz", "时", "時", "시", "hor", "heure", "zeit", "uhr", "врем", "часов"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// besideClaim is textClaim for a paragraph beside a timeline, where a short paragraph
// that names a zone is about its times. Long paragraphs are prose about the incident.
func besideClaim(text string) *zoneClaim {
	if claim := textClaim(text, aboutAll); claim != nil {
		return claim
	}
	if claim := textClaim(text, aboutSection); claim != nil {
		return claim
	}
	const short = 60 // runes: "(horário de Brasília)", "UTC", "Times: PST"
	if utf8.RuneCountInString(text) > short {
		return nil
	}
	if plain := strings.Trim(text, " *_"); isHanTime(plain) || strings.ContainsAny(firstRune(plain), "(（[【") {
		if place := wholePlace(strings.Trim(plain, "()（）[]【】.。:： ")); place != "" {
			return &zoneClaim{words: place}
		}
	}
	reads := zonesIn(text, true)
	if zoneNegated.MatchString(text) && len(reads) > 0 {
		return claimOf(text, reads)
	}
	bare := strings.Trim(text, " ()（）[].:*_")
	if len(reads) > 0 && (aboutTimes.MatchString(text) || bare == reads[0].words) {
		return claimOf(text, reads)
	}
	return nil
}

// firstRune returns the first rune of a text as a text.
func firstRune(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
