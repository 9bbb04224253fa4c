package segment

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// The names of the fields; the package comment says what they hold.
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
	SunkFlag        = "sunk" // archived: ranked below the living
)

// Field is one analysed field of one document, made before Bleve sees it: Bleve
// only files it.
type Field struct {
	name    string
	terms   index.TokenFrequencies
	norm    int    // stored beside every frequency
	value   []byte // stored, not indexed
	options index.FieldIndexingOptions
}

var _ document.Field = (*Field)(nil)

func (f *Field) Name() string                                     { return f.name }
func (f *Field) Value() []byte                                    { return f.value }
func (f *Field) ArrayPositions() []uint64                         { return nil }
func (f *Field) EncodedFieldType() byte                           { return 'b' }
func (f *Field) Analyze()                                         {}
func (f *Field) Options() index.FieldIndexingOptions              { return f.options }
func (f *Field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *Field) NumPlainTextBytes() uint64                        { return 0 }
func (f *Field) Size() int                                        { return len(f.value) + 64*len(f.terms) }

// AnalyzedLength is what the engine stores as the norm.
func (f *Field) AnalyzedLength() int { return f.norm }

// Weight is what a term weighs in a document.
type Weight struct {
	Sum   float64 // of its occurrences, above 0
	Token bool    // the text has the term as a token
}

// NewWeights makes the field that words are matched and scored by. unit is the
// code of what one word of the document's body adds, see UnitCode.
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

// maxKeywordBytes bounds one keyword; longer ones cannot be filtered by anyway.
const maxKeywordBytes = 1024

// NewKeywords makes a field of whole values without frequencies.
func NewKeywords(name string, values ...string) *Field {
	terms := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		if v != "" && len(v) <= maxKeywordBytes {
			terms[v] = &index.TokenFreq{Term: []byte(v)}
		}
	}
	return &Field{name: name, terms: terms, options: index.IndexField | index.SkipFreqNorm}
}

// NewNumber makes a field of one number; nil means the document has none.
func NewNumber(name string, n *int64) *Field {
	if n == nil {
		return NewKeywords(name)
	}
	return NewKeywords(name, encodeNumber(*n))
}

// encodeNumber keeps the order of numbers as the order of bytes.
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

// NewStored makes a field that is kept and not searched.
func NewStored(name string, value []byte) *Field {
	return &Field{name: name, value: value, options: index.StoreField}
}

const secondsADay = 24 * 60 * 60

// DayNumber is the number in DayField that a date has: days since 1970, in UTC.
func DayNumber(t time.Time) int64 { return floorDiv(t.Unix(), secondsADay) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
