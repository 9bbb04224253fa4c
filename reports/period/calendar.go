package period

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// The years that a period may be in: other years are typing errors.
const (
	FirstYear = 1970
	LastYear  = 2199
)

const (
	daysOfWeek     = 7
	monthsOfYear   = 12
	mostWeeks      = 53
	firstWeekHas   = 4 // the first ISO week of a year is the one with 4 January
	idLayoutDaily  = time.DateOnly
	idLayoutMonths = "2006-01"
)

// Kinds returns the kinds, shortest first.
func Kinds() []Kind { return []Kind{Daily, Weekly, Monthly} }

// Valid reports whether the kind is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Of returns the period with a name, such as 2026-W47. It fails with fault.Invalid for any
// other text, and with fault.NotFound for a day that does not exist in the zone.
func Of(kind Kind, id string, zone *time.Location) (Period, error) {
	first, err := firstDay(kind, id)
	if err != nil {
		return Period{}, err
	}
	if kind == Daily {
		if _, ok := MidnightOf(first.year, first.month, first.day, zone); !ok {
			return Period{}, fault.Newf(fault.NotFound, "period.Of", "the day %s does not exist in %s: the calendar jumped over it", id, zone)
		}
	}
	return from(kind, first, zone), nil
}

// Containing returns the period that contains an instant.
func Containing(kind Kind, t time.Time, zone *time.Location) Period {
	p := from(kind, firstOf(kind, dateOf(t.In(zone))), zone)
	// Where the clock goes back over midnight, an instant has yesterday's date although
	// today has begun.
	for !t.Before(p.To) {
		p = p.Next()
	}
	for t.Before(p.From) {
		p = p.Prev()
	}
	return p
}

// Next returns the period that begins where this one ends.
func (p Period) Next() Period {
	return from(p.Kind, firstOf(p.Kind, dateOf(p.To.In(p.Zone))), p.Zone)
}

// Prev returns the period that ends where this one begins.
func (p Period) Prev() Period { return p.Back(1) }

// Back returns the nth period before this one; Back(0) is the period itself.
func (p Period) Back(n int) Period {
	first := firstOf(p.Kind, dateOf(p.From.In(p.Zone)))
	for range n {
		first = before(p.Kind, first)
		for p.Kind == Daily {
			if _, ok := MidnightOf(first.year, first.month, first.day, p.Zone); ok {
				break
			}
			first = first.plus(-1)
		}
	}
	return from(p.Kind, first, p.Zone)
}

// Between returns the periods that [a, b) touches, in order and at most limit of them: those
// that end after a and begin before b.
func Between(kind Kind, a, b time.Time, zone *time.Location, limit int) []Period {
	var all []Period
	for p := Containing(kind, a, zone); p.From.Before(b) && len(all) < limit; p = p.Next() {
		all = append(all, p)
	}
	return all
}

// from returns the period with a first day of the calendar. For weeks and months that day
// need not exist in the zone.
func from(kind Kind, first date, zone *time.Location) Period {
	start := midnightFrom(first, zone)
	if kind == Daily {
		first = dateOf(start)
	}
	return Period{Kind: kind, ID: idOf(kind, first), From: start, To: midnightFrom(after(kind, first), zone), Zone: zone}
}

// firstOf returns the first day of the period of a kind that contains a day.
func firstOf(kind Kind, d date) date {
	switch kind {
	case Weekly:
		weekday := (int(d.utc().Weekday()) + daysOfWeek - 1) % daysOfWeek // Monday is 0
		return d.plus(-weekday)
	case Monthly:
		return date{d.year, d.month, 1}
	}
	return d
}

func after(kind Kind, first date) date {
	switch kind {
	case Weekly:
		return first.plus(daysOfWeek)
	case Monthly:
		if first.month == monthsOfYear {
			return date{first.year + 1, 1, 1}
		}
		return date{first.year, first.month + 1, 1}
	}
	return first.plus(1)
}

func before(kind Kind, first date) date {
	return firstOf(kind, first.plus(-1))
}

func idOf(kind Kind, first date) string {
	switch kind {
	case Weekly:
		year, week := first.utc().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Monthly:
		return first.utc().Format(idLayoutMonths)
	}
	return first.utc().Format(idLayoutDaily)
}

// firstDay parses a name. It accepts exactly the form that idOf returns.
func firstDay(kind Kind, id string) (date, error) {
	d, ok := date{}, false
	switch kind {
	case Daily:
		d, ok = parse(idLayoutDaily, id)
	case Monthly:
		d, ok = parse(idLayoutMonths, id)
	case Weekly:
		d, ok = parseWeek(id)
	}
	if !ok || idOf(kind, d) != id || d.year < FirstYear || d.year > LastYear {
		return date{}, fault.Newf(fault.Invalid, "period.Of", "%.40q names no %s period; write it as %s", id, kind, example(kind))
	}
	return d, nil
}

func example(kind Kind) string {
	switch kind {
	case Weekly:
		return "2026-W47"
	case Monthly:
		return "2026-11"
	}
	return "2026-11-21"
}

func parse(layout, id string) (date, bool) {
	t, err := time.Parse(layout, id)
	return dateOf(t), err == nil
}

func parseWeek(id string) (date, bool) {
	m := regexp.MustCompile(`^(\d{4})-W(\d{2})$`).FindStringSubmatch(id)
	if m == nil {
		return date{}, false
	}
	year, _ := strconv.Atoi(m[1]) // four digits
	week, _ := strconv.Atoi(m[2]) // two digits
	if week < 1 || week > mostWeeks {
		return date{}, false
	}
	return firstOf(Weekly, date{year, time.January, firstWeekHas}).plus((week - 1) * daysOfWeek), true
}
