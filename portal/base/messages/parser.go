package messages

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	i18ntemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"

	"github.com/postern/postern/portal/base/humanize"
)

// parser reads the text of a message for go-i18n, which caches the result.
type parser = i18ntemplate.Parser

func parserOf(isHTML bool) parser {
	if isHTML {
		return htmlParser{}
	}
	return textParser{}
}

// pieces are the parts of a text: literal, name, literal, name, …, literal.
type pieces []string

// split cuts a text at its arguments. It fails when braces hold anything but {{.Name}}.
func split(text string) (pieces, error) {
	var list pieces
	for {
		literal, rest, more := strings.Cut(text, "{{")
		if strings.Contains(literal, "}}") {
			return nil, fmt.Errorf("%q: }} without {{", literal)
		}
		list = append(list, literal)
		if !more {
			return list, nil
		}
		inside, after, closed := strings.Cut(rest, "}}")
		name, dot := strings.CutPrefix(strings.TrimSpace(inside), ".")
		if !closed || !dot || strings.Trim(name, letters) != "" || name == "" || name[0] < 'A' || name[0] > 'Z' {
			return nil, fmt.Errorf("{{%s}}: only {{.Name}} may be in braces, with a capital letter", inside)
		}
		list, text = append(list, name), after
	}
}

// letters may occur in the name of an argument.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (p pieces) names() []string {
	var names []string
	for n := 1; n < len(p); n += 2 {
		names = append(names, p[n])
	}
	return names
}

// textParser fills arguments in without text/template, which is several times slower.
type textParser struct{}

// Cacheable reports that a parsed text can be used again.
func (textParser) Cacheable() bool { return true }

// Parse splits a text at its arguments.
func (textParser) Parse(src, _, _ string) (i18ntemplate.ParsedTemplate, error) { return split(src) }

// Execute returns the text with the values of data, which is of type arguments. A
// missing value is shown by its name in braces.
func (p pieces) Execute(data any) (string, error) {
	values, ok := data.(arguments)
	if !ok {
		return "", fmt.Errorf("messages: the arguments are a %T", data)
	}
	var b strings.Builder
	for n, piece := range p {
		if n%2 == 0 {
			b.WriteString(piece)
		} else {
			b.WriteString(values.text(piece))
		}
	}
	return b.String(), nil
}

// htmlParser compiles a message with html/template, which escapes each argument for
// its place: text, attribute, address.
type htmlParser struct{}

// Cacheable reports that a compiled message can be used again.
func (htmlParser) Cacheable() bool { return true }

// Parse compiles a message.
func (htmlParser) Parse(src, _, _ string) (i18ntemplate.ParsedTemplate, error) { return parseHTML(src) }

type markup struct{ compiled *template.Template }

// parseHTML also executes the template once: html/template finds markup that it
// cannot escape only then.
func parseHTML(src string) (markup, error) {
	t, err := template.New("").Parse(src)
	if err != nil {
		return markup{}, err
	}
	m := markup{t}
	_, err = m.Execute(arguments{})
	return m, err
}

// Execute returns the markup with the escaped values of data.
func (m markup) Execute(data any) (string, error) {
	values, ok := data.(arguments)
	if !ok {
		return "", fmt.Errorf("messages: the arguments are a %T", data)
	}
	var b strings.Builder
	err := m.compiled.Execute(&b, values.byName())
	return b.String(), err
}

// arguments are pairs of name and value.
type arguments []any

// text returns the value of a name as text.
func (a arguments) text(name string) string {
	for n := 0; n+1 < len(a); n += 2 {
		if a[n] == name {
			return format(a[n+1])
		}
	}
	return "{" + name + "}"
}

// byName returns the values for html/template: its own types as they are, all others
// as text.
func (a arguments) byName() map[string]any {
	values := make(map[string]any, len(a)/2)
	for n := 0; n+1 < len(a); n += 2 {
		name, ok := a[n].(string)
		if !ok {
			continue
		}
		switch v := a[n+1].(type) {
		case template.HTML, template.URL, template.CSS:
			values[name] = v
		default:
			values[name] = format(v)
		}
	}
	return values
}

// format returns a value as people read it. Numbers get thousands separators, and
// durations have the text of humanize.
func format(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return humanize.Number(v)
	case time.Duration:
		return humanize.Duration(v)
	case fmt.Stringer:
		return v.String()
	}
	v := reflect.ValueOf(value)
	switch {
	case v.CanInt():
		return humanize.Number(int(v.Int()))
	case v.CanUint():
		return humanize.Decimal(float64(v.Uint()), 0)
	case v.CanFloat():
		return humanize.Decimal(v.Float(), -1)
	}
	return fmt.Sprint(value)
}
