package postmortems

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxPlace bounds a text that may be a place, in bytes: "Ho Chi Minh City, Vietnam (local
// time)" has 41.
const maxPlace = 80

// morePlaces returns large cities without a zone of their own, and other spellings, by
// zone. Names are separated by commas. They are only recognised as places, and a zone
// is suggested for them; a place never sets one.
func morePlaces() map[string]string {
	return map[string]string{
		"Africa/Johannesburg": "Cape Town,Durban,Pretoria", "America/Chicago": "Dallas,Houston,Minneapolis,New Orleans",
		"America/Los_Angeles": "San Diego,San Francisco,San Jose,Seattle,Silicon Valley",
		"America/New_York":    "Atlanta,Boston,Miami,Philadelphia,Pittsburgh,Washington DC",
		"America/Sao_Paulo":   "Brasilia,Rio,Rio de Janeiro", "America/Toronto": "Ottawa", "America/Edmonton": "Calgary",
		"America/Mexico_City": "Ciudad de Mexico,Guadalajara",
		"Asia/Dubai":          "Abu Dhabi", "Asia/Ho_Chi_Minh": "Hanoi,Ho Chi Minh City",
		"Asia/Jerusalem": "Haifa", "Asia/Karachi": "Islamabad,Lahore",
		"Asia/Kolkata":  "Bangalore,Bengaluru,Chennai,Delhi,Hyderabad,Mumbai,New Delhi,Pune",
		"Asia/Shanghai": "Beijing,Chengdu,Guangzhou,Hangzhou,Shenzhen,Wuhan",
		"Asia/Tokyo":    "Kyoto,Osaka", "Australia/Sydney": "Wollongong", "Pacific/Auckland": "Christchurch,Wellington",
		"Europe/Berlin":   "Cologne,Dresden,Düsseldorf,Frankfurt,Hamburg,Hannover,Köln,Leipzig,Munich,München,Nuremberg,Nürnberg,Stuttgart",
		"Europe/Brussels": "Antwerp,Brüssel,Bruxelles", "Europe/Copenhagen": "Kopenhagen,København", "Europe/Istanbul": "Ankara",
		"Europe/Kyiv":   "Lviv,Kharkiv",
		"Europe/Lisbon": "Lisboa,Lissabon,Porto", "Europe/London": "Edinburgh,Glasgow,Londres,Manchester", "Europe/Madrid": "Barcelona,Sevilla",
		"Europe/Moscow": "Moskau,Saint Petersburg,St. Petersburg",
		"Europe/Paris":  "Lyon,Marseille,Toulouse", "Europe/Prague": "Brno,Prag,Praha", "Europe/Rome": "Milan,Milano,Roma,Turin",
		"Europe/Stockholm": "Gothenburg,Göteborg",
		"Europe/Vienna":    "Graz,Wien", "Europe/Warsaw": "Krakow,Warschau,Warszawa", "Europe/Zurich": "Bern,Genf,Geneva,Genève",
		"Europe/Amsterdam": "Rotterdam,The Hague",
	}
}

// noPlaces returns names in the time zone database that are more often words or names of
// people. They are folded.
func noPlaces() []string {
	return []string{"act", "lhi", "nsw", "north", "south", "west", "center", "casey", "davis", "palmer", "stanley", "dawson", "regina",
		"knox", "easter", "victoria",
		"christmas", "midway", "wake", "troll", "reunion", "general", "virgin", "nome"}
}

// places maps the folded name of a place to the name of its zone. Later entries win, so
// a city may be moved to another zone by morePlaces.
var places = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, zone := range strings.Fields(tzNames) {
		out[foldPlace(zone[strings.LastIndexByte(zone, '/')+1:])] = zone
	}
	for zone, names := range morePlaces() {
		for _, name := range strings.Split(names, ",") {
			out[foldPlace(name)] = zone
		}
	}
	for _, word := range noPlaces() {
		delete(out, word)
	}
	return out
})

// foldPlace returns a name without case, accents and the marks between its words. "São
// Paulo", "Sao_Paulo" and "SAO PAULO" are equal in it.
func foldPlace(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || strings.ContainsRune(".'’", r):
			return -1
		case r == '_' || r == '-':
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
	return strings.Join(strings.Fields(name), " ")
}

// The notations of a place.
var (
	nameWords = regexp.MustCompile(`^\p{L}[\p{L}\p{M}.'’_-]{0,30}(?: \p{L}[\p{L}\p{M}.'’_-]{0,30}){0,3}`)
	placeGap  = regexp.MustCompile(`[,，、;；/|&·]|\s[-–—]\s|\s(?i:and|or|und|y|e)\s`)
	placeTail = regexp.MustCompile(`^(?i:\s*(?:(?:local |standard |summer |daylight |office |clock )?(?:times?|clock|tz|zeit|ortszeit` +
		`|hora|local|office|hq)))?\s*$`)
	timeTail = regexp.MustCompile(`^(?i: (?:local |standard |summer |daylight |office |clock )?(?:times?|clocks?|zeit|hora)\b)`)
	// hanPlaces matches places in Chinese and Japanese.
	hanPlaces = `(?:当地|本地|當地|現地|美东|美東|美西|太平洋|大西洋|纽约|紐約|旧金山|舊金山|洛杉矶|洛杉磯|西雅图|西雅圖|芝加哥|波士顿|硅谷|多伦多|温哥华|圣保罗|利马|墨西哥城|` +
		`伦敦|倫敦|柏林|巴黎|慕尼黑|法兰克福|马德里|罗马|米兰|阿姆斯特丹|布鲁塞尔|苏黎世|日内瓦|维也纳|布拉格|华沙|都柏林|里斯本|斯德哥尔摩|莫斯科|伊斯坦布尔|` +
		`北京|上海|深圳|广州|杭州|香港|澳门|台北|臺北|首尔|首爾|东京|東京|大阪|新加坡|吉隆坡|马尼拉|曼谷|雅加达|河内|胡志明市|孟买|新德里|班加罗尔|迪拜|特拉维夫|开罗|内罗毕|约翰内斯堡|悉尼|雪梨|墨尔本|奥克兰|` +
		`中国|中國|韩国|韓國|日本|印度|泰国|越南|菲律宾|印尼|马来西亚|德国|德國|法国|法國|英国|英國|美国|美國|欧洲|歐洲|俄罗斯|巴西|加拿大|澳洲|澳大利亚|以色列)`
	hanPlace     = regexp.MustCompile(`^` + hanPlaces + `$`)
	hanPlaceTime = regexp.MustCompile(`^(?:` + hanPlaces + `\p{Han}{0,2}(?:时间|時間|时刻|時刻)|(?:서울|도쿄|런던|뉴욕|베를린|파리|싱가포르|베이징) ?시간)`)
	hanTime      = regexp.MustCompile(`^\p{Han}{2,6}(?:时间|時間|时刻|時刻)$`)
	// plainHanTime matches words before 时间 that are not names of places.
	plainHanTime = regexp.MustCompile(`响应|開始|开始|起始|结束|結束|终止|恢复|恢復|復旧|故障|持续|持續|发生|發生|発生|处理|處理|対応|修复|影响|中断|检测|検知|发现|解决|执行|运行|等待|超时|平均` +
		`|最[长大短小高低后]|` +
		`总|请求|查询|启动|部署|发布|更新|备份|事件|事故|记录|操作|告警|报警|通知|上报|预计|预估|大概|大约|实际|具体|所有|全部|以下|下列|文中|相对|绝对|精确|按|约|同一|停机|宕机|耗|用时|定位|止损|升级|回滚|切换|生效|复盘` +
		`|创建|完成|首次|关键|主要|各|每|时间|時間`)
	columnWords = regexp.MustCompile(`^\s*(?i:(?:start )?times?|timestamps?|date(?: ?/? ?time)?|when|clock|zeit|uhrzeit|hora|heure|时间` +
		`|時間|时刻)[\s,:：–—-]*`)
)

// cityAt returns the city that a text begins with, "" when it begins with none. It
// tries at most four words, the longest name first, so that "New York" is not read as
// "York".
func cityAt(text string) string {
	words := nameWords.FindString(text)
	if next, _ := utf8.DecodeRuneInString(text[len(words):]); unicode.IsLetter(next) || unicode.IsDigit(next) {
		words = words[:max(0, strings.LastIndexByte(words, ' '))]
	}
	// One word less at a time, from the end.
	for words != "" {
		if _, ok := places()[foldPlace(words)]; ok {
			return words
		}
		words = words[:max(0, strings.LastIndexByte(words, ' '))]
	}
	return ""
}

// wholePlace returns the place if a text consists of one: "Berlin", "Lima, Peru",
// "Manila time", "首尔时间". It is "" for any other text, including a city among other
// words ("Berlin cluster"). Of several places the first is returned.
func wholePlace(text string) string {
	if len(text) > maxPlace {
		return ""
	}
	for _, piece := range placeGap.Split(text, -1) {
		piece = strings.TrimSpace(piece)
		if city := cityAt(piece); city != "" && placeTail.MatchString(piece[len(city):]) {
			return piece
		}
		if hanPlace.MatchString(piece) || isHanTime(piece) {
			return piece
		}
	}
	return ""
}

// isHanTime reports whether a text is "X时间" where X may be a place. It is a heuristic:
// two to six characters before the word for time are a name unless they contain a word
// of plainHanTime.
func isHanTime(text string) bool {
	return hanTime.MatchString(text) && !plainHanTime.MatchString(trimHanTime(text))
}

// trimHanTime removes the word for time at the end of a text. Each of the four words
// has six bytes.
func trimHanTime(text string) string {
	const word = len("时间")
	return text[:len(text)-word]
}

// placeTime returns the place and the word for time that a text begins with, such as
// "Manila local time"; "" when it begins with neither.
func placeTime(text string) string {
	if city := cityAt(text); city != "" {
		if tail := timeTail.FindString(text[len(city):]); tail != "" {
			return city + tail
		}
	}
	return hanPlaceTime.FindString(text)
}

// placesOutside returns the places whose time a heading states outside brackets. The
// locations are nil: a place is not a zone.
func placesOutside(heading string) []zoneRead {
	var out []zoneRead
	heading = heading[:min(len(heading), maxClaim)]
	for i := range heading {
		if startsWord(heading, i) {
			if words := placeTime(heading[i:]); words != "" {
				out = append(out, zoneRead{nil, words})
			}
		}
	}
	for _, piece := range headingGap.Split(heading, -1) {
		if piece = strings.TrimSpace(piece); len(out) == 0 && isHanTime(piece) {
			out = append(out, zoneRead{nil, piece})
		}
	}
	return out
}

// headingGap matches what separates the parts of a heading.
var headingGap = regexp.MustCompile(`[-–—:：,，\s]+`)

// columnPlace returns the place that the header of a column of times states outside
// brackets: "Berlin", "Time, Berlin"; "" when there is none. Words for time before the
// place are skipped.
func columnPlace(header string) string {
	return wholePlace(strings.TrimSpace(header[len(columnWords.FindString(header)):]))
}

// exampleZone returns the name of the zone of a place, for use in a message. It is
// "Europe/Berlin" when no place is known.
func exampleZone(words string) string {
	for i := range words {
		if !startsWord(words, i) {
			continue
		}
		if zone := places()[foldPlace(cityAt(words[i:]))]; zone != "" {
			return zone
		}
	}
	return "Europe/Berlin"
}
