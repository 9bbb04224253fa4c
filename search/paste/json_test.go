package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		is   bool
		want Reading
	}{
		"empty":           {"", false, Reading{}},
		"text":            {"pool", false, Reading{}},
		"a log's time":    {"[2026-11-24 03:00] x", false, Reading{}},
		"numbers":         {"[1, 2]", false, Reading{}},
		"empty list":      {"[]", false, Reading{}},
		"broken":          {`{"a":`, false, Reading{}},
		"broken after":    {`{"message":"pool full"} {`, true, Reading{Messages: []string{"pool full"}}},
		"lines":           {"{\"msg\":\"pool full\"}\n{\"msg\":\"pool low\"}", true, Reading{Messages: []string{"pool full", "pool low"}}},
		"list":            {`[{"msg":"pool full"}]`, true, Reading{Messages: []string{"pool full"}}},
		"number code":     {`{"code":502,"err":12,"errno":1062.5}`, true, Reading{Codes: []string{"502"}}},
		"short unknown":   {`{"x":"two words"}`, true, Reading{}},
		"unknown":         {`{"x":"three words here"}`, true, Reading{Details: []string{"three words here"}}},
		"service object":  {`{"service":{"id":"P1","summary":"checkout"}}`, true, Reading{Services: []string{"checkout"}}},
		"service by name": {`{"service":{"id":"P1","summary":"s","name":"checkout"}}`, true, Reading{Services: []string{"checkout"}}},
		"stack of lines":  {`{"stack":["at a.b.C(D.java:1)","x"]}`, true, Reading{Details: []string{"at a.b.C(D.java:*)"}}},
		"labels": {
			`{"labels":{"alertname":"X","service":"s","team":"three words here","summary":"no"}}`, true,
			Reading{Names: []string{"X"}, Services: []string{"s"}},
		},
		"annotations": {
			`{"annotations":{"impact":"checkout fails","summary":"pool full"}}`, true,
			Reading{Messages: []string{"checkout fails", "pool full"}},
		},
		"order": {
			`{"summary":"pool full","alertname":"X","x":"three words here"}`, true,
			Reading{Names: []string{"X"}, Messages: []string{"pool full"}, Details: []string{"three words here"}},
		},
		"nested text": {`{"message":"{\"alertname\":\"X\"}"}`, true, Reading{Messages: []string{`{"alertname":"X"}`}}},
	} {
		t.Run(name, func(t *testing.T) {
			var r reader
			if is := r.json(c.text, 0); is != c.is {
				t.Errorf("JSON: %v", is)
			}
			if diff := cmp.Diff(c.want, r.out); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Values that are nested too deeply are ignored.
func TestJSONDepth(t *testing.T) {
	nested := func(depth int) string {
		return strings.Repeat(`{"a":`, depth) + `{"message":"pool full"}` + strings.Repeat("}", depth)
	}
	for depth, want := range map[int]int{0: 1, maxJSONDepth - 1: 1, maxJSONDepth: 0, maxJSONDepth + 5: 0} {
		var r reader
		if r.json(nested(depth), 0); len(r.out.Messages) != want {
			t.Errorf("depth %d: %q", depth, r.out.Messages)
		}
	}
}

func TestTurn(t *testing.T) {
	keys := []string{"alertname", "title", "error", "message", "other", "timestamp"}
	for i, k := range keys {
		if got := turn(k); got != i {
			t.Errorf("turn(%q) = %d, want %d", k, got, i)
		}
	}
	if turn("alerts") != 0 || turn("commonLabels") != 0 {
		t.Error("alerts and common labels are not first")
	}
}

func TestIsLogLike(t *testing.T) {
	predicate(t, isLogLike,
		[]string{`{"level":1}`, `{"LVL":1}`, `{"@timestamp":1}`, `{"stack_trace":1}`, `{"logger":1}`, `{"severity_text":1}`},
		[]string{"", `{"alerts":[]}`, `{"severity":"page"}`, strings.Repeat(" ", 4<<10) + `"level"`})
}

func TestRoleOf(t *testing.T) {
	for key, want := range map[string]role{
		"alertname": nameRole, "Alert_Name": nameRole, "告警名称": nameRole, "title": titleRole, "**Summary**": messageRole, "@message": messageRole,
		"err": termRole, "error.code": termRole, "stack_trace": traceRole, "sql": queryRole, "app.kubernetes.io/name": serviceRole,
		"runbook_url": runbookRole,
		"level":       skipRole, "request_id": skipRole, "orderid": skipRole, "grid": unknownRole, "uid": unknownRole, "dashboardURL": skipRole,
		"weblink": skipRole,
		"impact":  unknownRole, "": unknownRole,
	} {
		if got := roleOf(key); got != want {
			t.Errorf("roleOf(%q) = %d, want %d", key, got, want)
		}
	}
}

func TestField(t *testing.T) {
	for name, c := range map[string]struct {
		as    role
		value string
		want  Reading
		known bool
	}{
		"unknown":  {unknownRole, "x", Reading{}, false},
		"skipped":  {skipRole, "three words here", Reading{}, true},
		"empty":    {messageRole, " ", Reading{}, true},
		"link":     {messageRole, "https://x/y", Reading{}, true},
		"name":     {nameRole, "X", Reading{Names: []string{"X"}}, true},
		"service":  {serviceRole, "web-7c9d8b6f5-x2kqp", Reading{Services: []string{"web"}}, true},
		"one word": {termRole, "a.b.Gone", Reading{Codes: []string{"Gone"}}, true},
		"words":    {termRole, "pool full", Reading{Messages: []string{"pool full"}}, true},
		"lines":    {messageRole, "pool full\npool low", Reading{Messages: []string{"pool full", "pool low"}}, true},
		"runbook": {
			runbookRole, "https://x/runbooks/KubePodCrashLooping.md?a=b#c", Reading{Names: []string{"KubePodCrashLooping"}}, true,
		},
		"runbook of dashes": {runbookRole, "https://x/node-disk-full/", Reading{Names: []string{"node-disk-full"}}, true},
		"any page":          {runbookRole, "https://x/runbooks", Reading{}, true},
		"page of a number":  {runbookRole, "https://x/1234567", Reading{}, true},
		"sql": {
			queryRole, "SELECT a FROM orders", Reading{Codes: []string{"orders"}, Details: []string{"SELECT a FROM orders"}}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r reader
			if known := r.field(c.as, c.value, 0); known != c.known {
				t.Errorf("known: %v", known)
			}
			if diff := cmp.Diff(c.want, r.out); diff != "" {
				t.Error(diff)
			}
		})
	}
}
