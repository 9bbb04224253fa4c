package postmortems

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// zoneTable returns abbreviations and phrases with their minutes east of UTC. It lists
// only unambiguous ones; ambiguousZones returns the others. Abbreviations are in
// capitals, phrases in lower case.
func zoneTable() map[string]int {
	return map[string]int{
		"HST": -600, "AKST": -540, "AKDT": -480, "PST": -480, "PDT": -420, "MST": -420, "MDT": -360, "CDT": -300, "EST": -300, "EDT": -240,
		"BRT": -180, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180, "SAST": 120, "MSK": 180,
		"PKT": 300, "WIB": 420, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660,
		"NZST": 720, "NZDT": 780,
		"coordinated universal time": 0, "universal time": 0, "greenwich mean time": 0, "zulu time": 0, "zulu": 0,
		"pacific standard time": -480, "pacific daylight time": -420, "mountain standard time": -420, "mountain daylight time": -360,
		"central daylight time": -300, "eastern standard time": -300, "eastern daylight time": -240, "british summer time": 60,
		"central european time": 60, "central european summer time": 120, "moscow time": 180, "indian standard time": 330,
		"india standard time": 330,
		"beijing time":        480, "china standard time": 480, "singapore time": 480, "japan standard time": 540, "japan time": 540,
		"korea standard time": 540,
		"北京时间":                480, "北京時間": 480, "台北時間": 480, "香港时间": 480, "香港時間": 480, "日本時間": 540, "东京时间": 540, "한국시간": 540,
	}
}

// zoneMinutes is zoneTable. It is read only.
var zoneMinutes = zoneTable()

// ambiguousZones returns abbreviations that mean different zones in different
// countries, or do not show whether summer time was in force. They are recognised as
// zones and not understood, so that no default replaces them.
func ambiguousZones() []string {
	return []string{"PT", "MT", "CT", "ET", "AT", "CST", "BST", "IST", "AST", "ADT", "GST", "SST", "AMT", "ECT", "NST"}
}

// ambiguousWords returns abbreviations that are also names of other things. Directly
// after the clock of a row they count as a zone only in brackets.
func ambiguousWords() []string { return []string{"MSK", "WET", "WEST", "PKT", "WIB", "AT"} }

// The notations of a zone, each at the start of a text.
var (
	zoneUTC = regexp.MustCompile(`^(?i:utc|gmt)(?: ?([+\-−])(\d{1,2})(?::?(\d{2}))?)?`)
	// zoneMore matches additions that change the zone before them in a way that is not
	// understood: GMT+5.5, UTC plus 2, UTC + 2h, UTC-ish, Z+1.
	zoneMore   = regexp.MustCompile(`^(?:[.,]\d+|[+]\d{1,2}\b|-ish\b| ?(?i:plus|minus)\b[ \w]*| ?[+\-−] ?\d{1,2} ?(?i:h|hrs?|hours?)\b)`)
	zoneZulu   = regexp.MustCompile(`^Z`)
	zoneOffset = regexp.MustCompile(`^([+\-−])(\d{2}):?(\d{2})`)
	zoneArea   = regexp.MustCompile(`^(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe` +
		`|Indian|Mexico|Pacific|US)` +
		`(?:/[A-Za-z0-9_+-]+){1,2}|[ECMP]ST[5-8][ECMP]DT)`)
	zoneWord   = regexp.MustCompile(`^[A-Za-z]{2,5}`)
	zoneLower  = regexp.MustCompile(`^(?:[pmce][sd]t|jst|kst|cest|cet|ist|bst|sgt|hkt|ae[sd]t|nz[sd]t)`)
	zonePhrase = regexp.MustCompile(`^(?i:(?:pacific|mountain|central|eastern) (?:standard|daylight) time` +
		`|central european (?:summer )?time|british summer time|` +
		`(?:coordinated )?universal time|greenwich mean time|zulu(?: time)?|moscow time|indian? standard time|(?:beijing|singapore` +
		`|japan) time|(?:china|japan|korea) standard time)` +
		`|^(?:北京时间|北京時間|台北時間|香港时间|香港時間|日本時間|东京时间|한국\s?시간)`)
	// zoneBand matches a time zone by its number: 东九区 is UTC+9.
	zoneBand = regexp.MustCompile(`^([东東西])([一二三四五六七八九十]{1,2}|1?\d)(?:时|時)?[区區](半)?`)
	// zoneVague matches words that refer to a zone without identifying it.
	zoneVague = regexp.MustCompile(`^(?:(?i:local|server|office|site|company|headquarters|our|my|your) (?i:clock )?(?i:times?` +
		`|clocks?)\b|(?i:locale?s?)\b\s*(?:[)）\]]|$)|` +
		`(?:US |U\.S\. )?(?:Pacific|Mountain|Central|Eastern)(?: [Tt]ime)?\b|[A-Z][\p{L}.]+(?: [A-Z][\p{L}.]+)? [Tt]ime\b|` +
		`(?i:hor[aá]rios?|horas?|heures?) (?i:locales?|locais|local|de|del|do|da|du|en|em|française|peninsular)|(?i:ortszeit|lokalzeit)` +
		`|(?i:deutscher?|\p{L}+er) Zeit\b|` +
		`(?:服务器|系统)\p{Han}{0,2}(?:时间|時間|时刻|時刻)|\p{Han}{2,6}(?:时区|時區)|` +
		`현지\s?시간|\p{Cyrillic}+ врем(?:я|ени))`)
	// plainTime matches words before "time" that are not names of places.
	plainTime = regexp.MustCompile(`^(?i:start|end|event|date|incident|detect\w*|response|recover\w*|resolution|elapsed|relative|real` +
		`|run|down|up|log|entry|report\w*|` +
		`actual|approx\w*|estimated|begin\w*|stop|total|first|last|this|that|the|same|next|some|long|short|in|on|at|of|and|occurred|any` +
		`|every|each|lead|wait|ping|cpu|system) `)
)

// zoneRead is the zone that a text begins with. words is never empty in the result of a
// successful read.
type zoneRead struct {
	zone  *time.Location // nil: stated and not understood
	words string         // as written: the beginning of the text
}

// atStart returns the groups of an anchored expression if its match ends at the end of
// a word. CJK text has no spaces, so there a match may end anywhere. An empty match is
// none.
func atStart(expr *regexp.Regexp, text string) []string {
	m := expr.FindStringSubmatch(text)
	if m == nil || m[0] == "" {
		return nil
	}
	next, _ := utf8.DecodeRuneInString(text[len(m[0]):])
	last, _ := utf8.DecodeLastRuneInString(m[0])
	if (unicode.IsLetter(next) || unicode.IsDigit(next) || next == '_') && last < utf8.RuneSelf {
		return nil
	}
	return m
}

// readZone reads the zone that a text begins with; false when it begins with none. A
// zone that is recognised and not understood has a nil location. Words such as
// "Pacific" are read by vagueZone. The order matters: UTC+8 must be read before UTC as
// an abbreviation, and an area before its first letters.
func readZone(text string) (zoneRead, bool) {
	if m := atStart(zoneUTC, text); m != nil {
		if more := zoneMore.FindString(text[len(m[0]):]); more != "" {
			return zoneRead{nil, m[0] + more}, true
		}
		return readUTC(m), true
	}
	if atStart(zoneZulu, text) != nil {
		if more := zoneMore.FindString(text[1:]); more != "" {
			return zoneRead{nil, "Z" + more}, true
		}
		return zoneRead{time.UTC, "Z"}, true
	}
	if m := atStart(zoneOffset, text); m != nil && !strings.HasPrefix(text[len(m[0]):], ":") {
		return zoneRead{offsetZone(m[1], m[2], m[3]), m[0]}, true
	}
	if m := atStart(zoneArea, text); m != nil {
		zone, err := time.LoadLocation(m[0])
		if err != nil {
			zone = nil
		}
		return zoneRead{zone, m[0]}, true
	}
	if m := atStart(zonePhrase, text); m != nil {
		minutes, ok := zoneMinutes[strings.ReplaceAll(strings.ToLower(m[0]), " 시간", "시간")]
		if !ok {
			return zoneRead{nil, m[0]}, true
		}
		return zoneRead{fixedZone(minutes), m[0]}, true
	}
	if m := zoneBand.FindStringSubmatch(text); m != nil {
		return zoneRead{bandZone(m[1], m[2], m[3]), m[0]}, true
	}
	return readAbbreviation(text)
}

// bandZone returns the zone of a numbered band; nil for one that does not exist, or for
// halves. number is in Chinese or Arabic digits.
func bandZone(side, number, half string) *time.Location {
	hours := slices.Index([]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}, number)
	if n, err := strconv.Atoi(number); err == nil {
		hours = n
	}
	if hours < 1 || hours > 12 || half != "" {
		return nil
	}
	if side == "西" {
		hours = -hours
	}
	return fixedZone(hours * 60)
}

// readUTC reads UTC, UTC+8 and GMT-05:30. If no zone has these minutes, the sign is a
// dash: "08:04 UTC-08:10" is a range. m are the groups of zoneUTC.
func readUTC(m []string) zoneRead {
	if m[1] == "" {
		return zoneRead{time.UTC, m[0]}
	}
	zone := offsetZone(m[1], m[2], m[3])
	if zone == nil && m[3] != "" && m[1] != "+" {
		return zoneRead{time.UTC, m[0][:len("UTC")]}
	}
	return zoneRead{zone, m[0]}
}

// readAbbreviation reads abbreviations such as PST. An ambiguous one, such as CST, is not
// understood. Lower case counts only for the few abbreviations that are not English
// words.
func readAbbreviation(text string) (zoneRead, bool) {
	m := atStart(zoneWord, text)
	if m == nil {
		return zoneRead{}, false
	}
	word := m[0]
	if atStart(zoneLower, text) != nil {
		word = strings.ToUpper(word)
	}
	if minutes, ok := zoneMinutes[word]; ok && word == strings.ToUpper(word) {
		return zoneRead{fixedZone(minutes), m[0]}, true
	}
	return zoneRead{nil, m[0]}, slices.Contains(ambiguousZones(), word)
}

// vagueZone reads words that refer to a zone without identifying it. The location of
// the result is always nil.
func vagueZone(text string) (zoneRead, bool) {
	words := zoneVague.FindString(text)
	if words == "" {
		words = placeTime(text)
	}
	if words == "" || plainTime.MatchString(text) {
		return zoneRead{}, false
	}
	return zoneRead{nil, strings.TrimRight(words, " )）]")}, true
}

// offsetZone returns a fixed zone; nil for an offset that no place on earth has.
// Offsets in use are multiples of 15 minutes between -12:00 and +14:00.
func offsetZone(sign, hours, minutes string) *time.Location {
	const furthestWest, furthestEast, step = 12 * 60, 14 * 60, 15 // minutes
	total := number(hours)*60 + number(minutes)
	if number(minutes) > 59 || total%step != 0 || total > furthestEast || sign != "+" && total > furthestWest {
		return nil
	}
	if sign != "+" {
		total = -total
	}
	return fixedZone(total)
}

// fixedZone returns the zone at some minutes east of UTC. It has no name: its offset is
// what is shown.
func fixedZone(minutes int) *time.Location {
	if minutes == 0 {
		return time.UTC
	}
	return time.FixedZone("", minutes*60)
}
