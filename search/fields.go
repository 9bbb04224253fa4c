package search

import (
	"encoding/binary"
	"math"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// The names of the fields; see the package comment.
const (
	termField     = "term"
	wordField     = "word"
	titleField    = "title"
	kindField     = "kind"
	serviceField  = "service"
	severityField = "severity"
	tagField      = "tag"
	factorField   = "factor"
	ownerField    = "owner"
	authorField   = "author"
	detectedField = "detected-by"
	statusField   = "status"
	pathField     = "path"
	flagField     = "flag"
	dayField      = "day"
	detectField   = "detect"
	diagnoseField = "diagnose"
	recoverField  = "recover"
	posField      = "_pos"
)

// The terms of the flag field.
const (
	hasActionsFlag  = "actions"
	openActionsFlag = "open-actions"
	sunkFlag        = "sunk" // archived: ranked below the living
)

// field is one analysed field of one document, made before Bleve sees it: Bleve
// only files it.
type field struct {
	name    string
	terms   index.TokenFrequencies
	norm    int    // stored beside every frequency
	value   []byte // stored, not indexed
	options index.FieldIndexingOptions
}

var _ document.Field = (*field)(nil)

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 'b' }
func (f *field) Analyze()                                         {}
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
func (f *field) Size() int                                        { return len(f.value) + 64*len(f.terms) }

// AnalyzedLength is what the engine stores as the norm.
func (f *field) AnalyzedLength() int { return f.norm }

// weight is what a term weighs in a document.
type weight struct {
	sum   float64
	token bool // the text has the term as a token
}

// weightField makes the field that words are matched and scored by.
func weightField(name string, weights map[string]weight, unit int) *field {
	terms := make(index.TokenFrequencies, len(weights))
	backing := make([]index.TokenFreq, len(weights))
	i := 0
	for term, w := range weights {
		tf := &backing[i]
		i++
		tf.Term = []byte(term)
		tf.SetFrequency(frequency(w.sum, unitOf(unit), w.token))
		terms[term] = tf
	}
	return &field{name: name, terms: terms, norm: unit, options: index.IndexField}
}

// maxKeywordBytes bounds one keyword; longer ones cannot be filtered by anyway.
const maxKeywordBytes = 1024

// keywordField makes a field of whole values without frequencies.
func keywordField(name string, values ...string) *field {
	terms := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		if v != "" && len(v) <= maxKeywordBytes {
			terms[v] = &index.TokenFreq{Term: []byte(v)}
		}
	}
	return &field{name: name, terms: terms, options: index.IndexField | index.SkipFreqNorm}
}

// numberField makes a field of one number; nil means the document has none.
func numberField(name string, n *int64) *field {
	if n == nil {
		return keywordField(name)
	}
	return keywordField(name, encodeNumber(*n))
}

// encodeNumber keeps the order of numbers as the order of bytes.
func encodeNumber(n int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(n)^(1<<63)))
}

// unknownNumber is the column value of a document without the number.
const unknownNumber = math.MinInt64

func decodeNumber(term string) int64 {
	if len(term) != 8 {
		return unknownNumber
	}
	return int64(binary.BigEndian.Uint64([]byte(term)) ^ (1 << 63))
}

func storedField(name string, value []byte) *field {
	return &field{name: name, value: value, options: index.StoreField}
}
