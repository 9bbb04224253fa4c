package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/document"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/positions"
	"github.com/postern/postern/search/segment"
)

// composer turns documents into index fields. One composer serves one goroutine:
// it keeps buffers and remembers stems.
type composer struct {
	stems  map[string]string
	tokens []analysis.Token
	pieces []piece
	stream []uint32
	number map[string]uint32 // token -> its place in hashes, from 1
	hashes []uint64
}

// piece is one stretch of text of a part; phrases do not cross pieces.
type piece struct {
	part   part
	text   string
	tokens []analysis.Token
	silent bool // weighed, but its words are already in the stream elsewhere
}

// maxStems bounds what a composer remembers: a language has fewer words.
const maxStems = 1 << 16

func newComposer() *composer {
	return &composer{stems: make(map[string]string, 4096), number: make(map[string]uint32, 1024)}
}

func (c *composer) stem(word string) string {
	if s, ok := c.stems[word]; ok {
		return s
	}
	if len(c.stems) >= maxStems {
		clear(c.stems)
	}
	s := analysis.Stem(word)
	c.stems[strings.Clone(word)] = strings.Clone(s)
	return s
}

// compose makes everything that is indexed of a document.
func (c *composer) compose(d Document) *document.Document {
	c.cutUp(d)
	terms, words, unit := c.weigh()
	doc := document.NewDocument(d.ID)
	doc.Fields = append(doc.Fields,
		segment.NewWeights(segment.TermField, terms, unit),
		segment.NewKeywords(segment.WordField, words...),
		segment.NewKeywords(segment.TitleField, c.titleTerms()...),
		segment.NewStored(segment.PosField, c.positions()),
	)
	for _, f := range keywords(d) {
		if len(f.AnalyzedTokenFrequencies()) > 0 {
			doc.Fields = append(doc.Fields, f)
		}
	}
	return doc
}

// keywords are the fields that filters and facets read.
func keywords(d Document) []*segment.Field {
	var flags []string
	if d.Actions > 0 {
		flags = append(flags, segment.HasActionsFlag)
	}
	if d.OpenActions > 0 {
		flags = append(flags, segment.OpenActionsFlag)
	}
	if sinks(d) {
		flags = append(flags, segment.SunkFlag)
	}
	var day *int64
	if !d.Date.IsZero() {
		n := segment.DayNumber(d.Date)
		day = &n
	}
	return []*segment.Field{
		segment.NewKeywords(segment.KindField, d.Kind), segment.NewKeywords(segment.ServiceField, d.Services...),
		segment.NewKeywords(segment.SeverityField, d.Severity), segment.NewKeywords(segment.TagField, d.Tags...),
		segment.NewKeywords(segment.FactorField, d.Factors...), segment.NewKeywords(segment.OwnerField, d.Owner),
		segment.NewKeywords(segment.AuthorField, d.Authors...), segment.NewKeywords(segment.DetectedField, d.DetectedBy),
		segment.NewKeywords(segment.StatusField, cmp.Or(d.Status, "published")), segment.NewKeywords(segment.PathField, d.Path),
		segment.NewKeywords(segment.FlagField, flags...), segment.NewNumber(segment.DayField, day),
		segment.NewNumber(segment.DetectField, d.Detect), segment.NewNumber(segment.DiagnoseField, d.Diagnose),
		segment.NewNumber(segment.RecoverField, d.Recover),
	}
}

// sinks tells whether a document is ranked below the living ones.
func sinks(d Document) bool { return d.Status == "archived" || d.Superseded }

// cutUp fills pieces with the normalized texts of the document and their tokens.
func (c *composer) cutUp(d Document) {
	clear(c.pieces) // let go of the last document's text
	c.pieces, c.tokens = c.pieces[:0], c.tokens[:0]
	add := func(p part, text string, silent bool) {
		if text == "" {
			return
		}
		c.pieces = append(c.pieces, piece{part: p, text: analysis.Normalize(text), silent: silent})
	}
	add(titlePart, d.Title, false)
	add(summaryPart, d.Summary, quotedIn(d.Summary, d.Sections))
	for _, labels := range [][]string{d.Tags, d.Services, d.Alerts, d.Factors, {d.Owner, d.DetectedBy, d.Ref}, d.Authors} {
		for _, l := range labels {
			add(labelPart, l, false)
		}
	}
	for _, s := range d.Sections {
		add(headingPart, s.Heading, false)
		add(bodyPart, s.Text, false)
		add(codePart, s.Code, quotedIn(s.Code, []Section{{Text: s.Text}}))
	}
	for i := range c.pieces {
		from := len(c.tokens)
		c.tokens = analysis.Scan(c.tokens, c.pieces[i].text)
		c.pieces[i].tokens = c.tokens[from:len(c.tokens):len(c.tokens)]
	}
}

// quotedIn tells whether a text stands word for word in one of the sections, as a
// summary does that was made from the body: its positions need not be kept twice.
func quotedIn(text string, sections []Section) bool {
	return text != "" && slices.ContainsFunc(sections, func(s Section) bool {
		return strings.Contains(s.Text, text)
	})
}

// weigh sums the weights of all terms, and lists the tokens that differ from
// their stem. unit is the code of what one word of the body adds.
func (c *composer) weigh() (terms map[string]segment.Weight, words []string, unit int) {
	var lengths [parts]int
	for _, p := range c.pieces {
		lengths[p.part] += len(p.tokens)
	}
	terms = make(map[string]segment.Weight, len(c.tokens)/2)
	inflected := make(map[string]struct{}, len(c.tokens)/4)
	add := func(term string, inc float64, token bool) {
		w := terms[term]
		terms[term] = segment.Weight{Sum: w.Sum + inc, Token: w.Token || token}
	}
	for _, p := range c.pieces {
		inc := increment(p.part, lengths[p.part])
		for i, t := range p.tokens {
			stem := c.stem(t.Text)
			add(stem, inc, stem == t.Text)
			if stem != t.Text {
				inflected[t.Text] = struct{}{}
			}
			c.derived(p, i, func(term string) { add(term, inc, false) })
		}
	}
	for w := range inflected {
		words = append(words, w)
	}
	return terms, words, segment.UnitCode(increment(bodyPart, lengths[bodyPart]))
}

// derived yields what token i of a piece is found by besides its stem.
func (c *composer) derived(p piece, i int, yield func(string)) {
	t := p.tokens[i]
	if t.Ideograph {
		if i > 0 && p.tokens[i-1].Ideograph && p.tokens[i-1].End == t.Start {
			yield(p.tokens[i-1].Text + t.Text)
		}
		return
	}
	for _, part := range analysis.Parts(p.text[t.Start:t.End]) {
		yield(c.stem(part))
	}
}

// titleTerms are the terms of the title, for the title qualifier and for
// completing words that have only been begun.
func (c *composer) titleTerms() []string {
	var out []string
	for _, p := range c.pieces {
		if p.part != titlePart {
			continue
		}
		for i, t := range p.tokens {
			out = append(out, c.stem(t.Text))
			c.derived(p, i, func(term string) { out = append(out, term) })
		}
	}
	return out
}

// positions lists the distinct tokens and encodes where each stands.
func (c *composer) positions() []byte {
	clear(c.number)
	c.hashes, c.stream = c.hashes[:0], c.stream[:0]
	for _, p := range c.pieces {
		if !p.silent {
			c.lay(p)
		}
	}
	for _, p := range c.pieces { // a quote may begin or end inside a word
		if p.silent && slices.ContainsFunc(p.tokens, c.unnumbered) {
			c.lay(p)
		}
	}
	return positions.Encode(c.hashes, c.stream)
}

func (c *composer) unnumbered(t analysis.Token) bool {
	_, ok := c.number[t.Text]
	return !ok
}

// lay appends a piece to the stream, and a gap.
func (c *composer) lay(p piece) {
	for _, t := range p.tokens {
		n, ok := c.number[t.Text]
		if !ok {
			c.hashes = append(c.hashes, positions.Hash(t.Text))
			n = uint32(len(c.hashes))
			c.number[t.Text] = n
		}
		c.stream = append(c.stream, n)
	}
	c.stream = append(c.stream, 0)
}
