package paste

import (
	"encoding/json"
	"slices"
	"strings"
)

// json reads a text that is one JSON value or one a line, and tells whether it is.
// Fields are known by their names wherever they stand, so that the webhooks of
// Alertmanager, Grafana, PagerDuty, Opsgenie and whatever comes next, and JSON
// logs, are one form.
func (r *reader) json(text string, depth int) bool {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	d := json.NewDecoder(strings.NewReader(text))
	values := 0
	for {
		var v any
		if err := d.Decode(&v); err != nil {
			return values > 0
		}
		if _, object := v.(map[string]any); !object && values == 0 {
			if list, is := v.([]any); !is || len(list) == 0 || !isObject(list[0]) {
				return false // [2026-11-24 …] of a log line
			}
		}
		values++
		r.value("", v, depth)
	}
}

func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// maxJSONDepth is how deep a document is followed.
const maxJSONDepth = 12

// value files one JSON value by the name of its field.
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

// object reads the fields of an object, the telling ones first, whatever their
// order was. Of labels only the names of alert and service count.
func (r *reader) object(key string, fields map[string]any, depth int) {
	if roleOf(key) == serviceRole {
		for _, k := range []string{"name", "summary", "id"} {
			if s, ok := fields[k].(string); ok {
				r.service(s)
				return
			}
		}
	}
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

// turn orders the fields of an object: names before words before the rest.
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

// isLogLike tells a JSON log from a JSON alert: it has a level or a time of its own.
func isLogLike(text string) bool {
	low := strings.ToLower(cutAt(text, 4<<10))
	for _, sign := range []string{`"level"`, `"lvl"`, `"severity_text"`, `"@timestamp"`, `"stack`, `"logger"`} {
		if strings.Contains(low, sign) {
			return true
		}
	}
	return false
}
