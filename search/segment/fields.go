package segment

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// The names of the fields; the package comment describes their contents.
const (
	TermField     = "term"
	WordField     = "word"
	TitleField    = "title"
	KindField     = "kind"
	ServiceField  = "service"
	SeverityField = "severity"
	TagField      = "tag"
	FactorField   = "factor"
	OwnerField    = "owner"
	AuthorField   = "author"
	DetectedField = "detected-by"
	StatusField   = "status"
	PathField     = "path"
	FlagField     = "flag"
	DayField      = "day"
	DetectField   = "detect"
	DiagnoseField = "diagnose"
	RecoverField  = "recover"
	PosField      = "_pos"
)

// The terms of FlagField.
const (
	HasActionsFlag  = "actions"
	OpenActionsFlag = "open-actions"
	DemotedFlag     = "sunk" // archived or superseded: ranked below current documents
)

// Field is one analysed field of one document. Bleve stores it and does no analysis of
// its own.
type Field struct {
	name    string
	terms   index.TokenFrequencies
	norm    int    // stored beside every frequency
	value   []byte // stored, not indexed
	options index.FieldIndexingOptions
}

var _ document.Field = (*Field)(nil)

// Name returns the name of the field.
func (f *Field) Name() string { return f.name }

// Value returns the stored bytes, nil for an indexed field.
func (f *Field) Value() []byte { return f.value }

// ArrayPositions returns nil: a field has one value list.
func (f *Field) ArrayPositions() []uint64 { return nil }

// EncodedFieldType returns the engine's code of binary fields.
func (f *Field) EncodedFieldType() byte { return 'b' }

// Analyze does nothing: the field is analysed when it is made.
func (f *Field) Analyze() {}

// Options returns how the engine stores the field.
func (f *Field) Options() index.FieldIndexingOptions { return f.options }

// AnalyzedTokenFrequencies returns the terms and their frequencies.
func (f *Field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }

// NumPlainTextBytes returns 0: the engine counts text only for its statistics.
func (f *Field) NumPlainTextBytes() uint64 { return 0 }

// Size returns an estimate of the memory of the field in bytes.
func (f *Field) Size() int { return len(f.value) + 64*len(f.terms) }

// AnalyzedLength returns the number that the engine stores as the norm.
func (f *Field) AnalyzedLength() int { return f.norm }

// Weight is the weight of a term in a document.
type Weight struct {
	Sum   float64 // summed over its occurrences, above 0
	Token bool    // the text has the term as a token
}

// NewWeights returns the field by which words are matched and scored. unit is the code
// of the weight that one word of the document's body adds (see UnitCode).
func NewWeights(name string, weights map[string]Weight, unit int) *Field {
	terms := make(index.TokenFrequencies, len(weights))
	backing := make([]index.TokenFreq, len(weights))
	i := 0
	for term, w := range weights {
		tf := &backing[i]
		i++
		tf.Term = []byte(term)
		tf.SetFrequency(frequency(w.Sum, UnitOf(unit), w.Token))
		terms[term] = tf
	}
	return &Field{name: name, terms: terms, norm: unit, options: index.IndexField}
}

// maxKeywordBytes is the maximum length of a keyword. Longer ones are dropped: no
// filter can name them.
const maxKeywordBytes = 1024

// NewKeywords returns a field of whole values without frequencies. Empty values are
// dropped.
func NewKeywords(name string, values ...string) *Field {
	terms := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		if v != "" && len(v) <= maxKeywordBytes {
			terms[v] = &index.TokenFreq{Term: []byte(v)}
		}
	}
	return &Field{name: name, terms: terms, options: index.IndexField | index.SkipFreqNorm}
}

// NewNumber returns a field of one number; nil means that the document has none.
func NewNumber(name string, n *int64) *Field {
	if n == nil {
		return NewKeywords(name)
	}
	return NewKeywords(name, encodeNumber(*n))
}

// encodeNumber returns 8 big-endian bytes whose order is the order of the numbers.
func encodeNumber(n int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(n)^(1<<63)))
}

// UnknownNumber is the column value of a document without the number.
const UnknownNumber = math.MinInt64

func decodeNumber(term string) int64 {
	if len(term) != 8 {
		return UnknownNumber
	}
	return int64(binary.BigEndian.Uint64([]byte(term)) ^ (1 << 63))
}

// NewStored returns a field that is stored and cannot be searched.
func NewStored(name string, value []byte) *Field {
	return &Field{name: name, value: value, options: index.StoreField}
}

const secondsADay = 24 * 60 * 60

// DayNumber returns the number in DayField of a date: days since 1970-01-01 UTC.
func DayNumber(t time.Time) int64 { return floorDiv(t.Unix(), secondsADay) }

// floorDiv divides towards minus infinity, for days before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
