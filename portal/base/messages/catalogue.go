package messages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Catalogue holds the texts of every language. It does not change after New.
type Catalogue struct {
	printers []*Printer // the first one is English
	matcher  language.Matcher
}

// New returns the catalogue of the embedded files. It fails when a message is faulty
// or when the languages do not have the same keys.
func New() (*Catalogue, error) { return Load(files) }

// Load returns the catalogue of the files LANGUAGE.toml of a folder. One of them must
// be en.toml, which every other language is compared with.
func Load(folder fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(folder, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	at := slices.Index(names, "en.toml")
	if at < 0 {
		return nil, errors.New("messages: there is no en.toml")
	}
	names[0], names[at] = names[at], names[0]
	c := &Catalogue{}
	bundle := i18n.NewBundle(language.English)
	var tags []language.Tag
	for _, name := range names {
		p, err := load(folder, name, bundle)
		if err != nil {
			return nil, fmt.Errorf("messages: %s: %w", name, err)
		}
		c.printers, tags = append(c.printers, p), append(tags, p.tag)
	}
	for _, p := range c.printers[1:] {
		if err := compare(c.printers[0], p); err != nil {
			return nil, fmt.Errorf("messages: %s.toml: %w", p.tag, err)
		}
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// Printer returns the printer of the language that fits best. lang is a BCP 47 tag
// or the value of an Accept-Language header. Without a match the language is English.
func (c *Catalogue) Printer(lang string) *Printer {
	wanted, _, err := language.ParseAcceptLanguage(lang)
	if err != nil {
		return c.printers[0]
	}
	_, at, confidence := c.matcher.Match(wanted...)
	if confidence == language.No {
		return c.printers[0]
	}
	return c.printers[at]
}

// load reads one file, adds its messages to the bundle and returns its printer.
func load(folder fs.FS, name string, bundle *i18n.Bundle) (*Printer, error) {
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return nil, fmt.Errorf("the name is not a language: %w", err)
	}
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	list, err := i18n.ParseMessageBytes(text, toml.Unmarshal)
	if err != nil {
		return nil, err
	}
	if err := bundle.AddMessages(tag, list...); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	p := &Printer{
		tag: tag, sum: hex.EncodeToString(sum[:8]), localizer: i18n.NewLocalizer(bundle, tag.String()),
		plain: map[string]string{}, markup: map[string]template.HTML{}, arguments: map[string][]string{},
	}
	for _, m := range list {
		if err := p.add(m); err != nil {
			return nil, fmt.Errorf("%s: %w", m.ID, err)
		}
	}
	return p, nil
}

// add checks one message and stores it for direct look-up when it never varies.
func (p *Printer) add(m *i18n.Message) error {
	isHTML := strings.HasSuffix(m.ID, "_html")
	forms := []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other}
	arguments := []string{}
	count := 0
	for _, form := range forms {
		if form == "" {
			continue
		}
		count++
		pieces, err := split(form)
		if err != nil {
			return err
		}
		if isHTML {
			if _, err := parseHTML(form); err != nil {
				return err
			}
		}
		arguments = append(arguments, pieces.names()...)
	}
	if m.Other == "" {
		return errors.New(`the form "other" is missing`)
	}
	if _, twice := p.arguments[m.ID]; twice {
		return errors.New("the key is in the file twice")
	}
	slices.Sort(arguments)
	p.arguments[m.ID] = slices.Compact(arguments)
	switch {
	case count > 1:
		return p.checkForms(m.ID, isHTML)
	case len(arguments) > 0:
		return nil
	case isHTML:
		p.markup[m.ID] = template.HTML(m.Other)
	default:
		p.plain[m.ID] = m.Other
	}
	return nil
}

// checkForms fails when a plural form that the language needs is missing. The counts
// reach every category of every language in CLDR that whole numbers have.
func (p *Printer) checkForms(key string, isHTML bool) error {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21, 22, 25, 100, 101, 102, 103, 111, 1_000, 1_000_000} {
		config := i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: arguments{}, TemplateParser: parserOf(isHTML)}
		if _, err := p.localizer.Localize(&config); err != nil {
			return fmt.Errorf("with the count %d: %w", n, err)
		}
	}
	return nil
}

// compare returns an error that lists every key of other that English lacks, every
// key that it lacks itself, and every argument that English does not pass.
func compare(english, other *Printer) error {
	var faults []error
	for key := range english.arguments {
		if _, ok := other.arguments[key]; !ok {
			faults = append(faults, fmt.Errorf("%s is missing", key))
		}
	}
	for key, names := range other.arguments {
		known, ok := english.arguments[key]
		if !ok {
			faults = append(faults, fmt.Errorf("%s is not in en.toml", key))
			continue
		}
		for _, name := range names {
			if !slices.Contains(known, name) && name != countName {
				faults = append(faults, fmt.Errorf("%s has the argument %s, which en.toml does not have", key, name))
			}
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}
