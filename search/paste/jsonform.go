package paste

import (
	"encoding/json"
	"slices"
	"strings"
)

// json reads a text that is one JSON value, or one on each line. It returns false if
// the text is not JSON. Fields are recognised by their names at any depth, so that one
// reader handles the webhooks of Alertmanager, Grafana, PagerDuty, Opsgenie and others,
// and JSON logs.
func (r *reader) json(text string, depth int) bool {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	// Values after the first may be broken: the paste may end anywhere.
	d := json.NewDecoder(strings.NewReader(text))
	values := 0
	for {
		var v any
		if err := d.Decode(&v); err != nil {
			return values > 0
		}
		if _, object := v.(map[string]any); !object && values == 0 {
			if list, is := v.([]any); !is || len(list) == 0 || !isObject(list[0]) {
				// [2026-11-24 …] of a log line.
				return false
			}
		}
		values++
		r.value("", v, depth)
	}
}

// isObject reports whether a JSON value is an object.
func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// maxJSONDepth is the maximum depth of values that are read.
const maxJSONDepth = 12

// value adds one JSON value by the name of its field.
func (r *reader) value(key string, v any, depth int) {
	if depth > maxJSONDepth {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		r.object(key, v, depth)
	case []any:
		for _, one := range v {
			if s, text := one.(string); text && roleOf(key) == traceRole {
				r.detail(s)
				continue
			}
			r.value(key, one, depth+1)
		}
	// Numbers are codes of errors, or values that differ each time.
	case float64:
		if roleOf(key) == termRole {
			b, err := json.Marshal(v)
			if err == nil && isErrorNumber(string(b)) {
				r.code(string(b))
			}
		}
	case string:
		if !r.field(roleOf(key), v, depth) && len(strings.Fields(v)) > 2 {
			r.detail(v)
		}
	}
}

// object reads the fields of an object, the most useful first, in any order of the
// input. Of labels it reads only the names of the alert and the service.
func (r *reader) object(key string, fields map[string]any, depth int) {
	// PagerDuty and others describe a service by an object.
	if roleOf(key) == serviceRole {
		for _, k := range []string{"name", "summary", "id"} {
			if s, ok := fields[k].(string); ok {
				r.service(s)
				return
			}
		}
	}
	// The decoder returns fields in random order: sort them by use and name.
	names := make([]string, 0, len(fields))
	for k := range fields {
		names = append(names, k)
	}
	slices.SortFunc(names, func(a, b string) int {
		if x, y := turn(a), turn(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	// Labels name what fired, and say little else; annotations are all meant for people.
	switch plainKey(key) {
	case "labels", "commonlabels", "grouplabels", "tags", "kubernetes", "metadata":
		names = slices.DeleteFunc(names, func(k string) bool { return roleOf(k) != nameRole && roleOf(k) != serviceRole })
	case "annotations", "commonannotations":
		for _, k := range names {
			if s, ok := fields[k].(string); ok && roleOf(k) == unknownRole {
				r.message(s)
			}
		}
	}
	for _, k := range names {
		r.value(k, fields[k], depth+1)
	}
}

// turn returns the rank of a field: names first, then words, then the rest.
func turn(key string) int {
	switch plainKey(key) {
	case "alerts", "commonlabels":
		return 0
	}
	switch roleOf(key) {
	case nameRole:
		return 0
	case titleRole:
		return 1
	case termRole:
		return 2
	case messageRole:
		return 3
	case unknownRole:
		return 4
	}
	return 5
}

// isLogLike reports whether JSON is a log and not an alert: it has the level, the time
// or the stack of a log line. Only the first 4 KiB are searched.
func isLogLike(text string) bool {
	low := strings.ToLower(cutAt(text, 4<<10))
	for _, sign := range []string{`"level"`, `"lvl"`, `"severity_text"`, `"@timestamp"`, `"stack`, `"logger"`} {
		if strings.Contains(low, sign) {
			return true
		}
	}
	return false
}
