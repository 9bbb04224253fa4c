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

// composer converts documents to index fields. It reuses buffers and caches stems, so it
// is not safe for concurrent use.
type composer struct {
	stems  map[string]string
	tokens []analysis.Token
	pieces []piece
	stream []uint32
	// Token -> its index in hashes, plus 1.
	number map[string]uint32
	hashes []uint64
}

// piece is one text of a part of a document. Phrases do not cross pieces.
type piece struct {
	part   part
	text   string
	tokens []analysis.Token
	// Weighed, but another piece contains its positions.
	silent bool
}

// maxStems is the maximum number of cached stems; a language has fewer words.
const maxStems = 1 << 16

// newComposer returns a composer with empty caches.
func newComposer() *composer {
	return &composer{stems: make(map[string]string, 4096), number: make(map[string]uint32, 1024)}
}

// stem returns analysis.Stem from the cache.
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

// compose returns all fields of a document.
func (c *composer) compose(d Document) *document.Document {
	c.tokenize(d)
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

// keywords returns the fields that filters and facets read.
func keywords(d Document) []*segment.Field {
	var flags []string
	if d.Actions > 0 {
		flags = append(flags, segment.HasActionsFlag)
	}
	if d.OpenActions > 0 {
		flags = append(flags, segment.OpenActionsFlag)
	}
	if isDemoted(d) {
		flags = append(flags, segment.DemotedFlag)
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

// isDemoted reports whether a document is ranked below current documents.
func isDemoted(d Document) bool { return d.Status == "archived" || d.Superseded }

// tokenize sets pieces to the normalized texts of the document and their tokens.
func (c *composer) tokenize(d Document) {
	// Release the texts of the last document.
	clear(c.pieces)
	c.pieces, c.tokens = c.pieces[:0], c.tokens[:0]
	add := func(p part, text string, silent bool) {
		if text == "" {
			return
		}
		c.pieces = append(c.pieces, piece{part: p, text: analysis.Normalize(text), silent: silent})
	}
	// The order of the pieces is the order of the positions; phrases do not cross them.
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
	// The tokens of all pieces share one slice, which is reused for the next document.
	for i := range c.pieces {
		from := len(c.tokens)
		c.tokens = analysis.Scan(c.tokens, c.pieces[i].text)
		c.pieces[i].tokens = c.tokens[from:len(c.tokens):len(c.tokens)]
	}
}

// quotedIn reports whether one of the sections contains a text literally, as it does
// for a summary that was derived from the body. Its positions are stored only once.
func quotedIn(text string, sections []Section) bool {
	return text != "" && slices.ContainsFunc(sections, func(s Section) bool {
		return strings.Contains(s.Text, text)
	})
}

// weigh returns the weights of all terms, and the tokens that differ from their stem.
// unit is the code of the weight that one word of the body adds.
func (c *composer) weigh() (terms map[string]segment.Weight, words []string, unit int) {
	// A part is normalised by its length in the whole document: all headings are one
	// part.
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

// derived calls yield with the terms by which token i of a piece is found, besides its
// stem: bigrams and parts of identifiers.
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

// titleTerms returns the terms of the title, for the title qualifier and for completing
// short prefixes.
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

// positions returns the encoded positions of the tokens.
func (c *composer) positions() []byte {
	clear(c.number)
	c.hashes, c.stream = c.hashes[:0], c.stream[:0]
	for _, p := range c.pieces {
		if !p.silent {
			c.appendPositions(p)
		}
	}
	// A quoted text may begin or end inside a word.
	for _, p := range c.pieces {
		if p.silent && slices.ContainsFunc(p.tokens, c.isNew) {
			c.appendPositions(p)
		}
	}
	return positions.Encode(c.hashes, c.stream)
}

// isNew reports whether a token has no number yet.
func (c *composer) isNew(t analysis.Token) bool {
	_, ok := c.number[t.Text]
	return !ok
}

// appendPositions appends the numbers of a piece to the stream, and a gap.
func (c *composer) appendPositions(p piece) {
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
