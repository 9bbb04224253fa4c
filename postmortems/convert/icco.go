package convert

import (
	"net/url"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// fromIcco converts one file of github.com/icco/postmortems: YAML front matter and a
// body. Its end_time is when the incident ended, not when users recovered, so it
// becomes times.resolved. The company becomes a tag and not a service, because reports
// count by service and these are incidents of other organisations. Files without YAML
// front matter, or with one that cannot be read, become plain documents.
func fromIcco(path string, src []byte) ([]File, []Finding) {
	d := &draft{source: path}
	style, front, body, _ := split(d.text(src))
	d.body = body
	m, ok := (*yamldoc.Map)(nil), false
	if style == "---" {
		m, ok = d.yaml(front)
	}
	if !ok {
		return plainDocument(d, "postmortems/icco/"+Slug(stem(path))+".md")
	}
	d.icco(m)
	return []File{{Path: "postmortems/icco/" + Slug(d.title) + ".md", Data: d.bytes()}}, d.findings
}

// icco converts the front matter. The order of the calls is the order of the keys in
// the file. Every key that is not read is reported at the end.
func (d *draft) icco(m *yamldoc.Map) {
	company, product := oneLine(m.Value("company").Text()), oneLine(m.Value("product").Text())
	// Two days that are equal are in order, although a time of the first may be later than
	// midnight of the second. Which of two contradicting times is wrong is not known, so
	// both are omitted.
	started, resolved := d.milestone(m.Value("start_time")), d.milestone(m.Value("end_time"))
	if !resolved.at.IsZero() && resolved.at.Before(started.at) && !(resolved.day && sameDay(resolved, started)) {
		d.find(resolved.line, "end_time is before start_time: both were left out")
		started, resolved = instant{}, instant{}
	}
	published := d.time(m.Value("source_published_at"))
	address := m.Value("url").Text()
	d.title = oneLine(m.Value("title").Text())
	if d.title == "" {
		d.title = madeTitle(company, product, address, started, published)
		d.find(0, "no title: “"+d.title+"” was generated")
	}
	if id := m.Value("uuid").Text(); validUUID(id) {
		d.set("id", id)
	} else if id != "" {
		d.find(m.Key("uuid").Line(), "uuid "+cut(id, 80)+" is not a UUID and was left out")
	}
	d.summary(m.Value("summary").Text())
	d.set("tags", texts(append(m.Value("keywords").Strings(), company)))
	d.set("incident", with(nil, "product", product))
	d.set("times", resolved.add(started.add(nil, "started"), "resolved"))
	d.set("contributing_factors", factors(m.Value("categories").Strings()))
	origin := with(with(nil, "url", address), "archive_url", m.Value("archive_url").Text())
	origin = published.add(origin, "published_at")
	origin = d.time(m.Value("source_fetched_at")).add(origin, "fetched_at")
	d.set("source", append(origin, yamldoc.Pair{Key: "format", Value: "icco"}))
	d.dropped(m)
}

// instant is a parsed time; the zero value is none. line is where the value is in the
// source, for findings.
type instant struct {
	at   time.Time
	day  bool // only the day is known
	line int
}

// add adds the time to pairs unless it is none. It returns pairs, extended; the caller
// must use the result.
func (i instant) add(pairs yamldoc.Pairs, key string) yamldoc.Pairs {
	if i.at.IsZero() {
		return pairs
	}
	return append(pairs, yamldoc.Pair{Key: key, Value: when(i.at, i.day)})
}

// sameDay reports whether two times are on the same UTC day.
func sameDay(a, b instant) bool {
	return a.at.UTC().Format(time.DateOnly) == b.at.UTC().Format(time.DateOnly)
}

// milestone reads a time of the incident. Exactly midnight UTC is read as a day: the
// tools of that repository write a date as midnight, and durations from it would be
// wrong. The reading as a day is reported, because an incident can really begin at
// midnight.
func (d *draft) milestone(v yamldoc.Value) instant {
	t := d.time(v)
	if !t.at.IsZero() && !t.day && t.at.Location() == time.UTC && t.at.Equal(t.at.Truncate(24*time.Hour)) {
		d.find(t.line, v.Path()+" is exactly midnight, which that format writes for a day: read as the day")
		t.day = true
	}
	return t
}

// time reads a time or a date and reports any other value. Fractions of a second are
// dropped. An absent key is the zero instant without a finding; an empty or invalid
// value has one.
func (d *draft) time(v yamldoc.Value) instant {
	text := strings.TrimSpace(v.Text())
	if text == "" {
		if v.Present() {
			d.find(v.Line(), v.Path()+" is empty and was left out")
		}
		return instant{}
	}
	at, day, ok := yamldoc.ParseTime(text)
	if !ok {
		d.find(v.Line(), v.Path()+" "+cut(oneLine(text), 80)+" is not a time after 1900 and was left out")
		return instant{}
	}
	return instant{at: at.Truncate(time.Second), day: day, line: v.Line()}
}

// madeTitle returns a title for an incident without one. It is the name of company and
// product, otherwise the host of the address, and the UTC day of the first known time.
// A product that begins with the company's name is not preceded by it.
func madeTitle(company, product, address string, times ...instant) string {
	name := strings.TrimSpace(company + " " + product)
	if company != "" && strings.HasPrefix(strings.ToLower(product), strings.ToLower(company)) {
		name = product
	}
	if u, err := url.Parse(address); name == "" && err == nil {
		name = u.Hostname()
	}
	if name == "" {
		name = "Unnamed"
	}
	for _, t := range times {
		if !t.at.IsZero() {
			return name + " incident, " + t.at.UTC().Format(time.DateOnly)
		}
	}
	return name + " incident"
}

// validUUID reports whether a text has the form of a UUID. Any version and variant is
// accepted: the id is only compared.
func validUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i, r := range id {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (r == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}

// texts returns single lines and drops empty ones. White space inside each text is
// collapsed; the order stays.
func texts(all []string) []string {
	var out []string
	for _, s := range all {
		if s = oneLine(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// factors returns contributing factors with category names as tags. They have no text:
// the source has only names of categories.
func factors(names []string) []yamldoc.Pairs {
	var out []yamldoc.Pairs
	for _, name := range texts(names) {
		out = append(out, yamldoc.Pairs{{Key: "tag", Value: name}})
	}
	return out
}
