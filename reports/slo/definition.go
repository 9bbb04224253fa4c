package slo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// DefinitionHash identifies a definition: what an SLO measures, its target and how it
// counts. Titles, labels and the place in the repository are
// not part of it, so that rewording one changes no number's meaning.
func (s SLO) DefinitionHash() string {
	var out []byte
	add := func(parts ...any) {
		for _, p := range parts {
			out = fmt.Appendf(out, "%q ", fmt.Sprint(p))
		}
	}
	add(1, s.Name, s.Series, s.Target, s.Method, s.SliceTarget, s.SliceLen, s.EmptySlice, s.MinEvents, unix(s.EffectiveFrom))
	w, in := s.Window, s.Indicator
	add(w.Rolling, w.Count, w.Unit, unix(w.Start), w.zone())
	add(in.Type, in.Source, in.Good, in.Bad, in.Total, in.Raw, in.RawFailure, in.Counter, in.Metric, in.Op, in.Value)
	for _, p := range s.Parts {
		add(p.SLO, p.Weight)
	}
	sum := sha256.Sum256(out)
	return hex.EncodeToString(sum[:8])
}

// unix returns an instant in seconds; 0 for none.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
