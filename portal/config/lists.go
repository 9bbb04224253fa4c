package config

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/portal/base/yamldoc"
)

// networks is a list of networks. A flag has them separated by commas.
type networks struct{ at *[]netip.Prefix }

// prefixes returns the value that is stored in at.
func prefixes(at *[]netip.Prefix) value { return networks{at} }

// set implements value. The networks of the text replace those of the file.
func (n networks) set(text string) error {
	var all []netip.Prefix
	for item := range strings.SplitSeq(text, ",") {
		p, err := parsePrefix(strings.TrimSpace(item))
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	*n.at = all
	return nil
}

// read implements value. [] is an empty list, which trusts no proxy; it differs from an
// absent setting, which trusts this machine (see validate).
func (n networks) read(v yamldoc.Value) {
	if !v.List() {
		v.Report("%s must be a list such as [10.0.0.0/8]", v.Path())
		return
	}
	all := []netip.Prefix{}
	for _, item := range v.Items() {
		p, err := parsePrefix(item.String())
		if err != nil {
			item.Report("%s %v", item.Path(), err)
			continue
		}
		all = append(all, p)
	}
	*n.at = all
}

// parsePrefix reads a network or a single address, and clears the bits beyond the
// prefix. The network of all addresses is refused: every client could then forge its
// own address, which rates and the audit log use.
func parsePrefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Bits() == 0 {
		return netip.Prefix{}, mustBe("a network such as 10.0.0.0/8, smaller than all addresses", text)
	}
	return p.Masked(), nil
}

// yaml implements value. It returns nil for an empty list, as for an absent one.
func (n networks) yaml() any {
	if len(*n.at) == 0 {
		return nil
	}
	all := make([]string, 0, len(*n.at))
	for _, p := range *n.at {
		all = append(all, p.String())
	}
	return all
}

// schema implements value.
func (n networks) schema() map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
}

// aliases maps words to severities. A flag has word=SEV1, separated by commas.
type aliases struct{ at *map[string]string }

// severities returns the value that is stored in at.
func severities(at *map[string]string) value { return aliases{at} }

// set implements value. The pairs of the text replace the whole mapping.
func (a aliases) set(text string) error {
	all := map[string]string{}
	for item := range strings.SplitSeq(text, ",") {
		word, name, _ := strings.Cut(item, "=")
		if err := addAlias(all, word, name); err != nil {
			return err
		}
	}
	*a.at = all
	return nil
}

// read implements value. A pair with an error is reported and left out.
func (a aliases) read(v yamldoc.Value) {
	if !v.Mapping() {
		v.Report("%s must be a mapping such as {page-now: SEV1}", v.Path())
		return
	}
	all := map[string]string{}
	for word, name := range v.Map().All() {
		if err := addAlias(all, word, name.String()); err != nil {
			name.Report("%s %v", name.Path(), err)
		}
	}
	*a.at = all
}

// addAlias adds one word to all, or returns what is wrong with it. Severities are
// accepted in any case and stored in upper case; words are stored as written.
func addAlias(all map[string]string, word, name string) error {
	word, name = strings.TrimSpace(word), strings.ToUpper(strings.TrimSpace(name))
	if word == "" || !severity.Known(name) {
		return mustBe("a word and one of "+severity.Range, word+"="+name)
	}
	all[word] = name
	return nil
}

// yaml implements value.
func (a aliases) yaml() any {
	if len(*a.at) == 0 {
		return nil
	}
	var all yamldoc.Pairs
	for _, word := range slices.Sorted(maps.Keys(*a.at)) {
		all = append(all, yamldoc.Pair{Key: word, Value: (*a.at)[word]})
	}
	return all
}

// schema implements value.
func (a aliases) schema() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": map[string]any{"pattern": "^[sS][eE][vV][1-5]$", "type": "string"}}
}
