package feedstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// Check is what `postern check` runs: it reads every row, also those that
// no page has read for years.

// maxFindings bounds the result of Check.
const maxFindings = 20

// Check reads all data and returns what is damaged or inconsistent; nil if
// there is nothing.
func (l *Store) Check(ctx context.Context) (findings []string, err error) {
	add := func(format string, args ...any) {
		if len(findings) < maxFindings {
			findings = append(findings, fmt.Sprintf(format, args...))
		}
	}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		for _, check := range []func(kv.Reader, func(string, ...any)) error{checkFacts, checkSpans, checkDays, checkDeadLetters} {
			if err := check(r, add); err != nil {
				return err
			}
		}
		return nil
	})
	return findings, err
}

// checkFacts checks that every fact can be read and has its entity. Facts of one entity
// are adjacent, so each entity is looked up once.
func checkFacts(r kv.Reader, add func(string, ...any)) error {
	var entity []byte
	for item, err := range r.Scan(bFact, nil, nil) {
		if err != nil {
			return err
		}
		if _, err := readFact(item.Key, item.Value); err != nil {
			add("fact %q cannot be read", item.Key)
			continue
		}
		at := bytes.LastIndexByte(item.Key, sep)
		if bytes.Equal(entity, item.Key[:at]) {
			continue
		}
		entity = bytes.Clone(item.Key[:at])
		if row, err := r.Get(bEntity, entity); err != nil || row == nil {
			add("fact %q has no entity", item.Key)
		}
	}
	return nil
}

// checkSpans checks that every entity has its row in ledger.ends with the same start. A
// missing row hides the entity from every page.
func checkSpans(r kv.Reader, add func(string, ...any)) error {
	for item, err := range r.Scan(bEntity, nil, nil) {
		if err != nil {
			return err
		}
		s, err := readSpan(item.Value)
		parts, ok := kv.Split(item.Key)
		if err != nil || !ok || len(parts) != 3 {
			add("span of %q cannot be read", item.Key)
			continue
		}
		kind := feed.Kind(parts[0])
		if row, err := r.Get(bEnds, endKey(kind, s.end, item.Key)); err != nil || !bytes.Equal(row, kv.TimeKey(s.start)) {
			add("entity %q has no row in ledger.ends", item.Key)
		}
	}
	return nil
}

// checkDays checks that every day can be unpacked and has the sums of its buckets, from
// which months are computed.
func checkDays(r kv.Reader, add func(string, ...any)) error {
	for item, err := range r.Scan(bBucket, nil, nil) {
		if err != nil {
			return err
		}
		d, ok := readDay(item.Value)
		if !ok {
			add("buckets %q cannot be read", item.Key)
			continue
		}
		var sums daySums
		large := false
		d.each(0, secondsOfDay/d.length, func(_ int, p point) bool {
			sums.add(p)
			large = large || p.good > slo.MostEvents || p.total > slo.MostEvents
			return true
		})
		if sums != d.sums && !large { // older builds summed counts above the bound
			add("buckets %q do not add up to their stored sums", item.Key)
		}
	}
	return nil
}

// checkDeadLetters checks that every dead letter has its body, without which it cannot
// be retried.
func checkDeadLetters(r kv.Reader, add func(string, ...any)) error {
	for item, err := range r.Scan(bLetter, nil, nil) {
		if err != nil {
			return err
		}
		var l storedDeadLetter
		if len(item.Key) != deadLetterKeyBytes || json.Unmarshal(item.Value, &l) != nil {
			add("dead letter %x cannot be read", item.Key)
			continue
		}
		if row, err := r.Get(bBody, item.Key[8:8+bodyIDBytes]); err != nil || row == nil {
			add("dead letter %x has no body", item.Key)
		}
	}
	return nil
}
