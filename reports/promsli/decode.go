package promsli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/postern/postern/portal/base/fault"
)

// The response of a server is untrusted: its size, its number of series and
// its texts are bounded, and it may contain NaN, infinite values and times
// out of order.

// envelope is a response of the API.
type envelope struct {
	Status string `json:"status"`
	Data   struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"` // of a matrix, []series
	} `json:"data"`
	ErrorType string   `json:"errorType"`
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Infos     []string `json:"infos"`
	IsPartial bool     `json:"isPartial"` // VictoriaMetrics: some of its storage did not respond
}

// series is one series of a matrix.
type series struct {
	Metric     map[string]string `json:"metric"`
	Values     []sample          `json:"values"`
	Histograms []json.RawMessage `json:"histograms"`
}

// sample is [seconds, "value"].
type sample Point

// UnmarshalJSON implements json.Unmarshaler.
func (s *sample) UnmarshalJSON(b []byte) error {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	at, err := strconv.ParseFloat(string(pair[0]), 64)
	if err != nil || math.IsNaN(at) || math.Abs(at) > 1e11 {
		return fmt.Errorf("%.40q is no time of a point", pair[0])
	}
	var text string
	if err := json.Unmarshal(pair[1], &text); err != nil {
		return err
	}
	s.At = time.UnixMilli(int64(math.Round(at * 1000))).UTC()
	s.Value, err = strconv.ParseFloat(text, 64) // reads NaN, +Inf and -Inf as well
	if err != nil {
		return fmt.Errorf("%.40q is no value of a point", text)
	}
	return nil
}

// partialAnswer is the warning of an answer that is marked as partial.
const partialAnswer = "the answer is partial: some of the source's storage did not answer"

// decode returns the series of a response.
func decode(body []byte, l Limits) (Answer, error) {
	const op = "prometheus.decode"
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, op, "what the source answers is not its API", err)
	}
	if e.Status != "success" {
		return Answer{}, fault.Newf(fault.Unavailable, op, "the source failed: %s", shorten(e.ErrorType+" "+e.Error))
	}
	if e.Data.ResultType != "matrix" {
		return Answer{}, fault.Newf(fault.Invalid, op, "the query gives a %s, not series of points", shorten(e.Data.ResultType))
	}
	var found []series
	if err := json.Unmarshal(e.Data.Result, &found); err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, op, "what the source answers is not its API", err)
	}
	if len(found) > l.Series {
		return Answer{}, fault.Newf(fault.TooLarge, op, "the query gives %d series, at most %d are read: let it aggregate", len(found), l.Series)
	}
	a := Answer{Warnings: shortenAll(e.Warnings), Infos: shortenAll(e.Infos)}
	if e.IsPartial {
		a.Warnings = append(a.Warnings, partialAnswer)
	}
	for _, f := range found {
		if len(f.Histograms) > 0 && len(f.Values) == 0 {
			return Answer{}, fault.New(
				fault.Invalid,
				op,
				"the query gives native histograms, not numbers: count them with histogram_count(), or a share of them with histogram_fraction()",
			)
		}
		s := Series{Labels: f.Metric, Points: make([]Point, len(f.Values))}
		for i, v := range f.Values {
			s.Points[i] = Point(v)
		}
		slices.SortStableFunc(s.Points, func(a, b Point) int { return a.At.Compare(b.At) })
		a.Series = append(a.Series, s)
	}
	return a, nil
}

// errorText returns the error message of a response, for the log and for
// authors.
func errorText(body []byte) string {
	var e envelope
	if json.Unmarshal(body, &e) == nil && e.Error != "" {
		return shorten(e.Error)
	}
	return shorten(string(bytes.TrimSpace(body)))
}

// maxDetail bounds a quoted message of the server, in characters.
const maxDetail = 300

// shorten returns s without control characters, cut to maxDetail.
func shorten(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > maxDetail {
		return string(r[:maxDetail]) + "…"
	}
	return strings.TrimSpace(s)
}

// maxWarnings bounds the warnings of one answer.
const maxWarnings = 5

// shortenAll shortens the first maxWarnings texts.
func shortenAll(in []string) (out []string) {
	for _, s := range in[:min(len(in), maxWarnings)] {
		out = append(out, shorten(s))
	}
	return out
}

// labelKey returns a text that differs for different labels.
func labelKey(labels map[string]string) string {
	var out strings.Builder
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&out, "%q=%q,", k, labels[k])
	}
	return out.String()
}
