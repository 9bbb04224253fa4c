package yamldoc

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Pair is one entry of a mapping to be written. Value is a string, []string, bool, int,
// int64, float64, time.Time, Date, Pairs, []Pairs or nil (written as null).
type Pair struct {
	Key   string
	Value any
}

// Pairs is a mapping to be written, in this order.
type Pairs []Pair

// Date is a time of which only the UTC day is written.
type Date time.Time

// Encode returns a mapping as block YAML that Parse reads back as the same values,
// whatever the texts contain. Invalid UTF-8 and control characters, which YAML can only
// represent with tags and escapes, are replaced. A value of an unsupported type is an
// error.
func Encode(pairs Pairs) ([]byte, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	node, err := encodePairs(pairs)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(node); err != nil {
		return nil, fmt.Errorf("yamldoc: encode: %w", err)
	}
	return out.Bytes(), nil
}

// encodePairs returns the node of a mapping. Errors name the keys that lead to the
// value.
func encodePairs(pairs Pairs) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		value, err := encodeValue(p.Value)
		if err != nil {
			return nil, fmt.Errorf("yamldoc: encode %s: %w", p.Key, err)
		}
		node.Content = append(node.Content, encodeText(p.Key), value)
	}
	return node, nil
}

// encodeValue returns the node of a value. The tag that it sets makes the encoder quote
// a text that would otherwise be read as another type, such as "true" or "2026-01-02".
func encodeValue(value any) (*yaml.Node, error) {
	switch v := value.(type) {
	case nil:
		return plain("null", "!!null"), nil
	case string:
		return encodeText(v), nil
	case bool:
		return plain(strconv.FormatBool(v), "!!bool"), nil
	case int:
		return plain(strconv.Itoa(v), "!!int"), nil
	case int64:
		return plain(strconv.FormatInt(v, 10), "!!int"), nil
	case float64:
		return encodeFloat(v), nil
	case time.Time:
		return plain(v.Format(time.RFC3339), "!!timestamp"), nil
	case Date:
		return plain(time.Time(v).UTC().Format(time.DateOnly), "!!timestamp"), nil
	case Pairs:
		return encodePairs(v)
	}
	return encodeList(value)
}

// encodeList returns the node of a list. An unsupported type is an error, and never
// written in another form.
func encodeList(value any) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			node.Content = append(node.Content, encodeText(s))
		}
	case []Pairs:
		for _, p := range v {
			item, err := encodePairs(p)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, item)
		}
	default:
		return nil, fmt.Errorf("type %T is not supported", value)
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle // []: an empty block list cannot be written
	}
	return node, nil
}

// encodeFloat returns the node of a number; a whole number has the tag of an integer,
// since the encoder writes a tag that differs from the form. Parse reads both as the
// same number.
func encodeFloat(v float64) *yaml.Node {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if strings.ContainsAny(text, ".eIN") {
		return plain(text, "!!float")
	}
	return plain(text, "!!int")
}

// plain returns an unquoted scalar.
func plain(text, tag string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

// encodeText returns the node of a text; several lines become a literal block. Lines
// that begin or end with blanks are quoted: in a block, the reader takes a tab for
// indentation. Line ends are \n; \r\n is read back as \n.
func encodeText(s string) *yaml.Node {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return []rune(clean(string(r)))[0]
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD"))
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case strings.Contains(s, "\n") && strings.TrimSpace(s) == s:
		node.Style = yaml.LiteralStyle
	case strings.ContainsAny(s, "\n\t"):
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}
