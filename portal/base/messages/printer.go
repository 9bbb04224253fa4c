package messages

import (
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// countName is the argument that Count and CountHTML add.
const countName = "Count"

// Printer returns the texts of one language. It may be used by several goroutines.
type Printer struct {
	tag       language.Tag
	localizer *i18n.Localizer
	// plain and markup hold the texts without arguments: most calls are one look-up.
	plain  map[string]string
	markup map[string]template.HTML
	// arguments has the names in the text of every key.
	arguments map[string][]string
	sum       string
}

// Language returns the BCP 47 tag of the printer's language, for lang attributes.
func (p *Printer) Language() string { return p.tag.String() }

// Keys returns every key of the catalogue in alphabetical order.
func (p *Printer) Keys() []string { return slices.Sorted(maps.Keys(p.arguments)) }

// Section returns the texts without arguments of one section, by the rest of their
// key: what a script gets with its page.
func (p *Printer) Section(name string) map[string]string {
	texts := map[string]string{}
	for key, text := range p.plain {
		if rest, ok := strings.CutPrefix(key, name+"."); ok {
			texts[rest] = text
		}
	}
	return texts
}

// Constant returns a text that is the same at every call, as markup. Templates may
// contain it instead of a call.
func (p *Printer) Constant(key string) (template.HTML, bool) {
	if text, ok := p.plain[key]; ok {
		return template.HTML(template.HTMLEscapeString(text)), true
	}
	markup, ok := p.markup[key]
	return markup, ok
}

// Sum returns a hash of the language's texts, for the entity tags of pages.
func (p *Printer) Sum() string { return p.sum }

// Arguments returns the names of the arguments in a text, in alphabetical order, and
// whether the key exists.
func (p *Printer) Arguments(key string) (names []string, ok bool) {
	names, ok = p.arguments[key]
	return slices.Clone(names), ok
}

// Text returns the text of a key with its arguments filled in. Arguments are pairs of
// name and value. An unknown key is returned as it is, so that a page with a mistake
// still shows which text it lacks.
func (p *Printer) Text(key string, namesAndValues ...any) string {
	if text, ok := p.plain[key]; ok {
		return text
	}
	return p.localize(key, nil, namesAndValues, textParser{})
}

// Count returns the text of a key in the plural form for n. The text may contain n as
// {{.Count}}.
func (p *Printer) Count(key string, n int, namesAndValues ...any) string {
	return p.localize(key, n, append([]any{countName, n}, namesAndValues...), textParser{})
}

// HTML returns the markup of a key, which ends in _html. Arguments are escaped for
// their place in the markup, except those of the types of html/template.
func (p *Printer) HTML(key string, namesAndValues ...any) template.HTML {
	if markup, ok := p.markup[key]; ok {
		return markup
	}
	return p.markupOf(key, nil, namesAndValues)
}

// CountHTML is HTML in the plural form for n, as Count is for Text.
func (p *Printer) CountHTML(key string, n int, namesAndValues ...any) template.HTML {
	return p.markupOf(key, n, append([]any{countName, n}, namesAndValues...))
}

// markupOf escapes the key itself when it is unknown: it may be computed.
func (p *Printer) markupOf(key string, n any, values arguments) template.HTML {
	if _, known := p.arguments[key]; !known {
		return template.HTML(template.HTMLEscapeString(key))
	}
	return template.HTML(p.localize(key, n, values, htmlParser{}))
}

// localize returns the key where go-i18n returns nothing. Its error is not reported:
// New has checked each message and the tests have checked each call.
func (p *Printer) localize(key string, n any, values arguments, parser parser) string {
	config := i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: values, TemplateParser: parser}
	text, err := p.localizer.Localize(&config)
	if err != nil && text == "" {
		return key
	}
	return text
}
