package catalog

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/slo"
)

// Versions are stored as JSON with fixed names, so that a version that an
// older build stored can be read for years. The hash of a definition covers
// its meaning and not its texts.

// storedVersion is a Version as it is stored. Field names are fixed: a
// field may be added, none may change its meaning.
type storedVersion struct {
	From   time.Time `json:"from"`
	Commit string    `json:"commit,omitempty"`
	Gone   bool      `json:"gone,omitempty"`
	SLO    storedSLO `json:"slo"`
}

// storedSLO is an SLO as it is stored; durations and times are seconds.
type storedSLO struct {
	Name          string              `json:"name"`
	Series        string              `json:"series,omitempty"`
	Title         string              `json:"title,omitempty"`
	Service       string              `json:"service,omitempty"`
	Description   string              `json:"description,omitempty"`
	Target        float64             `json:"target"`
	Method        string              `json:"method"`
	SliceTarget   float64             `json:"slice_target,omitempty"`
	SliceLen      int64               `json:"slice_seconds,omitempty"`
	EmptySlice    string              `json:"empty_slice,omitempty"`
	Rolling       bool                `json:"rolling,omitempty"`
	Count         int                 `json:"window_count"`
	Unit          string              `json:"window_unit"`
	Start         int64               `json:"window_start,omitempty"`
	Zone          string              `json:"window_zone,omitempty"`
	Indicator     storedIndicator     `json:"indicator"`
	MinEvents     float64             `json:"min_events,omitempty"`
	EffectiveFrom int64               `json:"effective_from,omitempty"`
	Parts         []storedPart        `json:"parts,omitempty"`
	Labels        map[string][]string `json:"labels,omitempty"`
	Annotations   map[string]string   `json:"annotations,omitempty"`
	Path          string              `json:"path"`
	Line          int                 `json:"line"`
	Hash          string              `json:"hash"`
}

// storedIndicator is an SLI as it is stored. It has the fields of
// slo.Indicator.
type storedIndicator struct {
	Type       string  `json:"type,omitempty"`
	Source     string  `json:"source,omitempty"`
	Good       string  `json:"good,omitempty"`
	Bad        string  `json:"bad,omitempty"`
	Total      string  `json:"total,omitempty"`
	Raw        string  `json:"raw,omitempty"`
	RawFailure bool    `json:"raw_failure,omitempty"`
	Counter    bool    `json:"counter,omitempty"`
	Metric     string  `json:"metric,omitempty"`
	Op         string  `json:"op,omitempty"`
	Value      float64 `json:"value,omitempty"`
}

// storedPart is a part of a composite SLO as it is stored.
type storedPart struct {
	SLO    string  `json:"slo"`
	Weight float64 `json:"weight"`
}

// toStored returns the stored form of an SLO. It is also how two SLOs are compared.
func toStored(s slo.SLO) storedSLO {
	out := storedSLO{
		Name: s.Name, Series: s.Series, Title: s.Title, Service: s.Service, Description: s.Description,
		Target: s.Target, Method: string(s.Method), SliceTarget: s.SliceTarget, SliceLen: int64(s.SliceLen / time.Second),
		EmptySlice: s.EmptySlice, Rolling: s.Window.Rolling, Count: s.Window.Count, Unit: s.Window.Unit,
		Start: seconds(s.Window.Start), Indicator: storedIndicator(s.Indicator), MinEvents: s.MinEvents,
		EffectiveFrom: seconds(s.EffectiveFrom), Labels: s.Labels, Annotations: s.Annotations, Path: s.Path, Line: s.Line, Hash: s.Hash,
	}
	if s.Window.Zone != nil {
		out.Zone = s.Window.Zone.String()
	}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, storedPart(p))
	}
	return out
}

// fromStored is the inverse of toStored. It fails if the time zone is not
// known.
func fromStored(s storedSLO) (slo.SLO, error) {
	out := slo.SLO{
		Name: s.Name, Series: s.Series, Title: s.Title, Service: s.Service, Description: s.Description,
		Target: s.Target, Method: slo.Method(s.Method), SliceTarget: s.SliceTarget, SliceLen: time.Duration(s.SliceLen) * time.Second,
		EmptySlice: s.EmptySlice, Window: slo.Window{Rolling: s.Rolling, Count: s.Count, Unit: s.Unit, Start: instant(s.Start)},
		Indicator: slo.Indicator(s.Indicator), MinEvents: s.MinEvents, EffectiveFrom: instant(s.EffectiveFrom),
		Labels: s.Labels, Annotations: s.Annotations, Path: s.Path, Line: s.Line, Hash: s.Hash,
	}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, slo.Part(p))
	}
	if s.Zone == "" {
		return out, nil
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return out, fmt.Errorf("the zone of SLO %s: %w", s.Name, err)
	}
	out.Window.Zone, out.Window.Start = zone, out.Window.Start.In(zone)
	return out, nil
}

// seconds returns the stored form of an instant; 0 for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// instant is the inverse of seconds.
func instant(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// versionKey returns the key of a version; versions of an SLO sort by number. Names
// have no zero byte, so the byte after the name separates it from longer names.
func versionKey(name string, number int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(name), 0), uint32(number))
}

// encodeVersion returns the stored form of a version.
func encodeVersion(v Version) ([]byte, error) {
	return json.Marshal(storedVersion{From: v.From.UTC(), Commit: v.Commit, Gone: v.Gone, SLO: toStored(v.SLO)})
}

// decodeVersion is the inverse of versionKey and encodeVersion. It returns an error for
// a key of another shape, JSON that cannot be read, and a time zone that this machine
// does not know.
func decodeVersion(item kv.Item) (v Version, name string, err error) {
	at := bytes.IndexByte(item.Key, 0)
	if at < 0 || len(item.Key) != at+5 {
		return v, "", fmt.Errorf("catalog: a version has the key %q", item.Key)
	}
	var s storedVersion
	if err := json.Unmarshal(item.Value, &s); err != nil {
		return v, "", fmt.Errorf("catalog: version of %q: %w", item.Key[:at], err)
	}
	v = Version{Number: int(binary.BigEndian.Uint32(item.Key[at+1:])), From: s.From, Commit: s.Commit, Gone: s.Gone}
	v.SLO, err = fromStored(s.SLO)
	return v, string(item.Key[:at]), err
}
