package convert

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
)

// fromMorgue converts a CSV export of Morgue's table of post-mortems, with the names of
// the columns in the first row. Times are Unix seconds; 0 and NULL are none. endtime is
// the end of the outage: times.recovered. A column without an equivalent in the front
// matter becomes a line or a section of the body. Rows become documents in their order.
// A row that is not CSV ends the reading, because the parser cannot find the beginning
// of the next one; the documents before it are returned.
func fromMorgue(path string, src []byte) ([]File, []Finding) {
	d := &draft{source: path}
	in := csv.NewReader(strings.NewReader(d.text(src)))
	in.FieldsPerRecord = -1 // exports omit empty columns at the end
	in.LazyQuotes = true
	columns, err := in.Read()
	if err != nil {
		d.find(1, "there is no row with the names of the columns")
		return nil, d.findings
	}
	for i := range columns {
		columns[i] = strings.ToLower(strings.TrimSpace(columns[i]))
	}
	var files []File
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return files, d.findings
		}
		if err != nil {
			d.find(0, "the rows after "+strconv.Itoa(len(files))+" were left out: "+err.Error())
			return files, d.findings
		}
		line, _ := in.FieldPos(0)
		row := morgueRow(path, line, columns, record)
		files = append(files, row.convert())
		d.findings = append(d.findings, row.findings...)
	}
}

// morgue is one row. Columns are removed from fields as they are converted. What is
// left in fields at the end is written to the body, so no column is lost.
type morgue struct {
	draft
	// row is the 1-based line of the file at which the record begins, for findings.
	row    int
	order  []string // names of the columns in their order
	fields map[string]string
}

// morgueRow returns a row with the non-empty values of a record. Columns without a name
// are numbered. NULL is written as \N by MySQL's export. If a name occurs twice, the
// values are joined by a line feed. Values beyond the last named column are numbered
// from one.
func morgueRow(path string, line int, columns, record []string) *morgue {
	m := &morgue{draft: draft{source: path}, row: line, fields: map[string]string{}}
	for i, value := range record {
		value = strings.TrimSpace(value)
		if value == "" || value == `\N` || strings.EqualFold(value, "null") {
			continue
		}
		name := "column " + strconv.Itoa(i+1)
		if i < len(columns) && columns[i] != "" {
			name = columns[i]
		}
		if old, twice := m.fields[name]; twice {
			m.fields[name] = old + "\n" + value
			continue
		}
		m.order = append(m.order, name)
		m.fields[name] = value
	}
	return m
}

// take removes and returns the value of a column. It is "" for a column that is empty,
// absent or taken already.
func (m *morgue) take(column string) string {
	v := m.fields[column]
	delete(m.fields, column)
	return v
}

// restore puts a value back into its column. It is used for values that could not be
// converted: sections then writes them to the body. The column has its place in order
// already.
func (m *morgue) restore(column, value string) { m.fields[column] = value }

// convert returns the document of the row. The order of the calls is the order of the
// keys in the file.
func (m *morgue) convert() File {
	incident := m.incident()
	started, detected, recovered := m.times()
	m.title = oneLine(m.take("title"))
	if m.title == "" {
		m.title = madeTitle("", oneLine(m.fields["subsystem"]), "", instant{at: started})
		m.find(m.row, "no title: “"+m.title+"” was generated")
	}
	if m.take("deleted") == "1" {
		m.set("status", "archived")
		m.find(m.row, "deleted in Morgue: it is archived here; remove the file if it should not exist")
	}
	m.set("owner", oneLine(m.take("owner_team")))
	m.set("tags", texts(strings.FieldsFunc(m.take("tags"), func(r rune) bool { return r == ',' || r == ';' || r == '\n' })))
	m.set("incident", incident)
	times := instant{at: detected}.add(instant{at: started}.add(nil, "started"), "detected")
	m.set("times", instant{at: recovered}.add(times, "recovered"))
	// The day of creation dates a document only if the incident has no start; otherwise it
	// is one of the columns of the body.
	if created := m.unix("created"); started.IsZero() && !created.IsZero() {
		m.set("date", yamldoc.Date(created))
	} else if !created.IsZero() {
		m.restore("created", strconv.FormatInt(created.Unix(), 10))
	}
	m.set("contributing_factors", m.cause())
	m.set("source", yamldoc.Pairs{{Key: "format", Value: "morgue-csv"}})
	m.summary(m.take("tldr"))
	m.sections()
	return File{Path: "postmortems/morgue/" + Slug(m.title) + ".md", Data: m.bytes()}
}

// incident returns the incident's reference, severity and services. subsystem is read
// but not taken: a generated title needs it. A severity that is not 1 to 5 stays among
// the fields.
func (m *morgue) incident() yamldoc.Pairs {
	var incident yamldoc.Pairs
	if id := oneLine(m.take("id")); id != "" {
		incident = with(incident, "ref", "morgue-"+id)
	}
	if severity := m.fields["severity"]; len(severity) == 1 && severity >= "1" && severity <= "5" {
		incident = with(incident, "severity", "SEV"+m.take("severity"))
	} else if severity != "" {
		m.find(m.row, "severity "+cut(oneLine(severity), 80)+" is not 1 to 5: moved to the text")
	}
	return with(incident, "services", texts([]string{m.fields["subsystem"]}))
}

// cause returns the cause as a contributing factor. The tag makes the causes countable,
// the text is what the author wrote.
func (m *morgue) cause() []yamldoc.Pairs {
	text := oneLine(m.take("incident_cause"))
	if text == "" {
		return nil
	}
	return []yamldoc.Pairs{{{Key: "tag", Value: Slug(text)}, {Key: "text", Value: text}}}
}

// times returns the milestones. One before the start is moved to the text and reported.
// Unknown ones are zero. Without a start, every known time is after it.
func (m *morgue) times() (started, detected, recovered time.Time) {
	started = m.unix("starttime")
	after := func(column string) time.Time {
		at := m.unix(column)
		if at.IsZero() || !at.Before(started) {
			return at
		}
		m.restore(column, strconv.FormatInt(at.Unix(), 10))
		m.find(m.row, column+" is before starttime: moved to the text")
		return time.Time{}
	}
	return started, after("detecttime"), after("endtime")
}

// unixLast is the last second of the year 9999: RFC 3339 cannot represent later ones.
const unixLast = 253402300799

// unix takes a column of Unix seconds; the zero time when there is none or it cannot be
// read.
func (m *morgue) unix(column string) time.Time {
	text := m.take(column)
	if text == "" || text == "0" {
		return time.Time{}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > unixLast {
		m.restore(column, text)
		m.find(m.row, column+" "+cut(oneLine(text), 80)+" is not a Unix time: moved to the text")
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// sections writes the remaining columns to the body: prose under headings, short values
// as a list. A value with more than one line gets a heading, any other becomes an item
// of one list at the end. The columns keep the order of the export.
func (m *morgue) sections() {
	m.take("subsystem") // already in incident and title
	var prose, short strings.Builder
	for _, s := range [][2]string{{"summary", "Summary"}, {"why_surprised", "Why surprised"}} {
		if text := m.take(s[0]); text != "" {
			prose.WriteString("## " + s[1] + "\n\n" + text + "\n\n")
		}
	}
	for _, name := range m.order {
		value, left := m.fields[name]
		switch {
		case !left || isTime(name) && value == "0":
		case strings.Contains(value, "\n"):
			prose.WriteString("## " + heading(name) + "\n\n" + value + "\n\n")
		default:
			short.WriteString("- " + heading(name) + ": " + readable(name, value) + "\n")
		}
	}
	if short.Len() > 0 {
		prose.WriteString("## From Morgue\n\n" + short.String())
	}
	m.body += prose.String()
}

// isTime reports whether a column holds Unix seconds. These are the names of Morgue's
// own table: starttime, endtime, detecttime, statustime, created, modified.
func isTime(column string) bool {
	return strings.HasSuffix(column, "time") || column == "created" || column == "modified"
}

// readable returns a value; a Unix time is preceded by its date.
func readable(column, value string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || !isTime(column) || n <= 0 || n > unixLast {
		return value
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339) + " (" + value + ")"
}

// heading returns the name of a column as words. "Column" replaces a name without any
// letter. The first letter becomes a capital.
func heading(column string) string {
	words := oneLine(strings.ReplaceAll(column, "_", " "))
	if words == "" {
		return "Column"
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
