// Package reportstore stores the published reports: every revision of every period, the
// pushed definitions, the lead's notes, and from when on the periods of each report are due.
//
// Data layout (owner "archive", the former name; 0 is the byte 0x00, numbers are big endian):
//
//	archive.report      name 0 period -> the newest revision's row, for lists
//	archive.day         to(8) 0 name 0 period -> "": rows in the order in which periods ended
//	archive.revision    name 0 period 0 number(4) -> the revision's row
//	archive.body        name 0 period 0 number(4) -> the report, canonical JSON, gzip
//	archive.since       name -> when the report's first period begins(8)
//	archive.definition  name -> definition from reports/*.yaml
//	archive.words       name 0 period -> Markdown from reports/words/
//
// A revision is written once: a published report never changes, it gets a next revision.
// Change log topic "report", key name 0 period.
package reportstore

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// Topic is the change log topic of this package.
const Topic = "report"

// The buckets; the package comment has their keys and values. Their prefix is the
// former name of the package, which stored data retains.
const (
	bReport     = "archive.report"
	bDay        = "archive.day"
	bRevision   = "archive.revision"
	bBody       = "archive.body"
	bSince      = "archive.since"
	bDefinition = "archive.definition"
	bWords      = "archive.words"
)

// Schema returns the buckets of this package.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "archive", Version: 1, Buckets: []string{bReport, bDay, bRevision, bBody, bSince, bDefinition, bWords}}
}

// Store stores reports. It is safe for use by many goroutines.
type Store struct{ db kv.DB }

// New returns a Store over an open database whose schemas include Schema().
func New(db kv.DB) *Store { return &Store{db} }

// Revision is one published state of a report, without its content. Format is the
// version of the report's JSON, see reports.Format.
type Revision struct {
	Name, Title string
	Kind        period.Kind
	Scope, Zone string
	Period      string
	Heading     string
	From, To    time.Time
	Number      int // 1 is the first
	PublishedAt time.Time
	Tone        reports.Tone
	Verdict     string
	Format      int
	Inputs      string // hash of what the report was made of
	Differs     int    // how many statements are other than in the revision before
}

// Published is a report with its revision.
type Published struct {
	Revision
	Report reports.Report
}

// revisionKey returns the key of a revision. Big endian numbers sort by value, so a
// scan of a period is in order of revisions.
func revisionKey(name, period string, number int) []byte {
	return binary.BigEndian.AppendUint32(append(kv.Join(name, period), 0), uint32(number))
}

// dayKey returns the key by the end of the period. It ends with the key of the report's
// newest row, which List takes from it.
func dayKey(to time.Time, name, period string) []byte {
	return append(append(kv.TimeKey(to), 0), kv.Join(name, period)...)
}

// Publish stores a report as the next revision of its period. made is false, and rev
// the newest revision, when there is nothing to store: the report states the same as
// the newest revision, whatever the wording (reports.Same); it was made of the same
// inputs; or the period is closed. With force only a report of the same bytes is not
// stored. The comparison and the write are one transaction, so two publications at once
// make one revision. Its error is fault.Internal when the newest revision cannot be
// read: it is not replaced by a guess.
func (a *Store) Publish(ctx context.Context, r reports.Report, inputs string, at time.Time, force bool) (rev Revision, made bool,
	err error) {
	encoded, err := reports.Encode(r)
	if err != nil {
		return rev, false, err
	}
	err = a.db.Update(ctx, func(w kv.Writer) error {
		// An engine may run the function again.
		made = false
		newest, there, err := row(w, bReport, kv.Join(r.Name, r.Period))
		if err != nil {
			return err
		}
		rev = Revision{
			Name: r.Name, Title: r.Title, Kind: r.Kind, Scope: r.Scope, Zone: r.Zone, Period: r.Period, Heading: r.Heading, From: r.From, To: r.To,
			Number: newest.Number + 1, PublishedAt: at.UTC(), Tone: r.Verdict.Tone, Verdict: r.Verdict.Text, Format: r.Format, Inputs: inputs,
		}
		if there {
			old, err := body(w, newest)
			if err != nil {
				return err
			}
			before, err := reports.Decode(old)
			if err != nil {
				return err
			}
			closed := at.After(r.To.Add(reports.CloseAfter))
			if bytes.Equal(old, encoded) || !force && (closed || newest.Inputs == inputs || reports.Same(before, r)) {
				rev = newest
				return nil
			}
			all, left := reports.Diff(before, r)
			rev.Differs = len(all) + left
		}
		made = true
		return a.put(w, rev, encoded)
	})
	return rev, made, err
}

// put writes the row of a revision under its three keys, and its content, and adds an
// entry to the change log. The row is stored twice so that lists need one read a row.
func (a *Store) put(w kv.Writer, rev Revision, encoded []byte) error {
	packed, err := pack(encoded)
	if err != nil {
		return err
	}
	b, err := json.Marshal(rev)
	if err != nil {
		return fault.Wrap(fault.Internal, "reportstore.Publish", "the revision cannot be stored", err)
	}
	key := kv.Join(rev.Name, rev.Period)
	for _, x := range []struct {
		bucket     string
		key, value []byte
	}{
		{bReport, key, b}, {bDay, dayKey(rev.To, rev.Name, rev.Period), []byte{}},
		{bRevision, revisionKey(rev.Name, rev.Period, rev.Number), b}, {bBody, revisionKey(rev.Name, rev.Period, rev.Number), packed},
	} {
		if err := w.Put(x.bucket, x.key, x.value); err != nil {
			return err
		}
	}
	_, err = w.Log(Topic, key)
	return err
}

// pack returns b compressed. Reports are JSON with many repeated keys.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	if err == nil {
		err = z.Close()
	}
	return out.Bytes(), fault.Wrap(fault.Internal, "reportstore.pack", "the report cannot be packed", err)
}

// maxReport bounds a stored report when it is unpacked. A damaged or forged body could
// otherwise expand to any size.
const maxReport = 64 << 20

// body returns the canonical JSON of a revision. A body that is missing or cannot be
// unpacked is reported to kv as undecodable.
func body(r kv.Reader, rev Revision) ([]byte, error) {
	key := revisionKey(rev.Name, rev.Period, rev.Number)
	b, err := r.Get(bBody, key)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	var out []byte
	if err == nil {
		out, err = io.ReadAll(io.LimitReader(z, maxReport))
	}
	if err != nil {
		return nil, kv.Undecodable(r, "reportstore.body", bBody, key, err)
	}
	return out, nil
}

// badBody returns the error of a stored report that is no report.
func badBody(r kv.Reader, rev Revision, err error) error {
	if err == nil {
		return nil
	}
	return kv.Undecodable(r, "reportstore.body", bBody, revisionKey(rev.Name, rev.Period, rev.Number), err)
}

// row returns the revision at a key of bReport or bRevision; there is false when there
// is none. The error of an undecodable row has there true: something is stored.
func row(r kv.Reader, bucket string, key []byte) (rev Revision, there bool, err error) {
	b, err := r.Get(bucket, key)
	if err != nil || b == nil {
		return rev, false, err
	}
	if err := json.Unmarshal(b, &rev); err != nil {
		return rev, true, kv.Undecodable(r, "reportstore.row", bucket, key, err)
	}
	return rev, true, nil
}

// Report returns one revision of a report; number 0 is the newest. It fails with
// fault.NotFound when there is no such revision.
func (a *Store) Report(ctx context.Context, name, period string, number int) (p Published, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		p.Revision, err = find(r, name, period, number)
		if err != nil {
			return err
		}
		b, err := body(r, p.Revision)
		if err != nil {
			return err
		}
		p.Report, err = reports.Decode(b)
		if fault.KindOf(err) == fault.Internal {
			err = badBody(r, p.Revision, err)
		}
		return err
	})
	return p, err
}

// Newest returns the newest revision of a period, without its content. It fails with
// fault.NotFound when the period has no report.
func (a *Store) Newest(ctx context.Context, name, period string) (rev Revision, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		rev, err = find(r, name, period, 0)
		return err
	})
	return rev, err
}

// Bytes returns one revision as it was stored: the canonical JSON, unpacked. Number 0 is
// the newest. It fails with fault.NotFound when there is no such revision.
func (a *Store) Bytes(ctx context.Context, name, period string, number int) (b []byte, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		rev, err := find(r, name, period, number)
		if err == nil {
			b, err = body(r, rev)
		}
		return err
	})
	return b, err
}

// find returns the row of a revision; number 0 is the newest. The message clips what
// was asked for, because it comes from an address.
func find(r kv.Reader, name, period string, number int) (rev Revision, err error) {
	bucket, key := bReport, kv.Join(name, period)
	if number > 0 {
		bucket, key = bRevision, revisionKey(name, period, number)
	}
	rev, there, err := row(r, bucket, key)
	if err == nil && !there {
		err = fault.Newf(fault.NotFound, "reportstore.find", "there is no report %.60q of %.20q, or not this revision of it", name, period)
	}
	return rev, err
}

// Revisions returns the revisions of a period of a report, newest first. It fails with
// fault.NotFound when there is none.
func (a *Store) Revisions(ctx context.Context, name, period string) (all []Revision, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		from, to := kv.Under(name, period)
		for item, err := range r.ScanBack(bRevision, from, to) {
			if err != nil {
				return err
			}
			var rev Revision
			if err := json.Unmarshal(item.Value, &rev); err != nil {
				kv.Skip(r, bRevision, item.Key, err)
				continue
			}
			all = append(all, rev)
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fault.Newf(fault.NotFound, "reportstore.Revisions", "there is no report %.60q of %.20q", name, period)
	}
	return all, err
}
