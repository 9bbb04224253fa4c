package feed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

// A body of ten million items of two bytes is refused before one is read; what is
// within an item, or within a text, is none.
func TestItemsOfABodyAreBounded(t *testing.T) {
	list := func(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	for name, c := range map[string]struct {
		body    string
		refused bool
	}{
		"as many as there may be":         {list(MaxItems, "0"), false},
		"one more":                        {list(MaxItems+1, "0"), true},
		"in an object":                    {`{"a":1,"alerts":` + list(MaxItems+1, "{}") + "}", true},
		"in two lists of an object":       {`{"a":` + list(MaxItems*2/3, "0") + `,"b":` + list(MaxItems*2/3, "0") + "}", true},
		"objects with many fields":        {list(MaxItems/4, `{"a":1,"b":2,"c":3,"d":4,"e":[1,2,3]}`), false},
		"within an item":                  {`{"alerts":[{"labels":` + list(MaxItems+1, "0") + `}]}`, false},
		"commas in a text":                {`["` + strings.Repeat(`,[{,\"`, MaxItems) + `"]`, false},
		"a text without an end":           {`["` + strings.Repeat(",", MaxItems+1), false},
		"brackets that close too often":   {"]]]]" + strings.Repeat(",", MaxItems+1), false},
		"a text that ends in a backslash": {`["\`, false},
		"nothing":                         {"", false},
	} {
		if err := checkItems([]byte(c.body)); (err != nil) != c.refused || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	var into []int
	if err := ReadJSON(
		[]byte(list(MaxItems+1, "0")),
		&into,
	); err == nil || !strings.Contains(err.Error(), fmt.Sprint("more than ", MaxItems, " items")) ||
		into != nil {
		t.Errorf("%v, %d were read", err, len(into))
	}
}
