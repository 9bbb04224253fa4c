package catalog

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/postern/postern/portal/base/kv"

	"github.com/postern/postern/reports/slo"
)

// A definition whose hash changes starts a new version; one whose texts
// change keeps its version. A removed SLO gets a last version that is
// marked as removed, so that its data stays readable under its name.

// Apply writes the changes of the push. It must run in the transaction that publishes
// the push: readers then see the definitions of one commit, and a version is never
// numbered twice. A push without definitions writes nothing, so that Seq stays.
func (p *Prepared) Apply(w kv.Writer) error {
	if len(p.changed) == 0 && len(p.removed) == 0 {
		return nil
	}
	// Without an older commit the push is compared with an empty tree.
	if p.cs.Old == "" {
		if err := clear(w, p.changed); err != nil {
			return err
		}
	}
	for _, path := range p.removed {
		if err := w.Delete(bFile, []byte(path)); err != nil {
			return err
		}
	}
	for path, data := range p.changed {
		if err := w.Put(bFile, []byte(path), data); err != nil {
			return err
		}
	}
	if err := p.applyVersions(w); err != nil {
		return err
	}
	return kv.AddVersion(w, bMeta, []byte(seqKey))
}

// clear deletes the files that a first push does not have: the repository
// was created again beside an old database.
// The keys are collected first: a bucket must not change during its scan.
func clear(w kv.Writer, keep files) error {
	var stale [][]byte
	for item, err := range w.Scan(bFile, nil, nil) {
		if err != nil {
			return err
		}
		if _, there := keep[string(item.Key)]; !there {
			stale = append(stale, append([]byte{}, item.Key...))
		}
	}
	for _, key := range stale {
		if err := w.Delete(bFile, key); err != nil {
			return err
		}
	}
	return nil
}

// applyVersions adds a version of each SLO that is new or whose meaning changed, and
// ends the versions of removed SLOs. A removed SLO that returns gets a new version,
// even with the same hash, because it was not in force in between.
func (p *Prepared) applyVersions(w kv.Writer) error {
	latest, err := latestVersions(w)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, s := range p.after.SLOs {
		there[s.Name] = true
		// The zero Version of an unknown SLO has the number 0, so its first is 1.
		last, known := latest[s.Name]
		v := Version{Number: last.Number + 1, SLO: s, From: p.cs.At, Commit: string(p.cs.New)}
		if known && !last.Gone && last.SLO.Hash == s.Hash {
			// Compared as stored, because an SLO holds a pointer to its zone, and equal
			// zones may be different pointers.
			if reflect.DeepEqual(toStored(last.SLO), toStored(s)) {
				continue
			}
			// Only texts changed: the version keeps its number and gets the new
			// texts.
			v.Number, v.From, v.Commit = last.Number, last.From, last.Commit
		}
		if err := putVersion(w, v); err != nil {
			return err
		}
	}
	for name, last := range latest {
		if there[name] || last.Gone {
			continue
		}
		gone := Version{Number: last.Number + 1, SLO: last.SLO, From: p.cs.At, Commit: string(p.cs.New), Gone: true}
		if err := putVersion(w, gone); err != nil {
			return err
		}
	}
	return nil
}

// latestVersions returns the newest version of each SLO, by name. It fails at a row
// that cannot be read.
func latestVersions(r kv.Reader) (map[string]Version, error) {
	out := map[string]Version{}
	for item, err := range kv.Strict(r).Scan(bVersion, nil, nil) { // a lost number would be used again
		if err != nil {
			return nil, err
		}
		v, name, err := decodeVersion(item)
		if err != nil {
			return nil, kv.Undecodable(r, "catalog.Apply", bVersion, item.Key, err)
		}
		out[name] = v // keys ascend, so the newest stays
	}
	return out, nil
}

// putVersion stores a version and logs the change, so that the caches of states follow.
func putVersion(w kv.Writer, v Version) error {
	data, err := encodeVersion(v)
	if err != nil {
		return fmt.Errorf("catalog: %s: %w", v.SLO.Name, err)
	}
	if err := w.Put(bVersion, versionKey(v.SLO.Name, v.Number), data); err != nil {
		return err
	}
	_, err = w.Log(Topic, []byte(v.SLO.Name))
	return err
}

// maxLines bounds the services and SLOs that the answer to a push lists.
const maxLines = 20

// Lines returns what the push publishes, or would publish, for its author: services
// first, then SLOs, each in the order of the sets, at most maxLines and the number of
// the rest.
func (p *Prepared) Lines() []string {
	var lines []string
	lines = append(lines, p.serviceLines()...)
	lines = append(lines, p.sloLines()...)
	if extra := len(lines) - maxLines; extra > 0 {
		lines = append(lines[:maxLines], fmt.Sprintf("and %d more services and SLOs", extra))
	}
	return lines
}

// serviceLines lists added, changed and removed services. before has the services that
// were defined and are not yet seen in the new set.
func (p *Prepared) serviceLines() (lines []string) {
	before := map[string]bool{}
	same := map[string]bool{}
	after := make(map[string]slo.Service, len(p.after.Services))
	for _, now := range p.after.Services {
		after[now.Name] = now
	}
	for _, s := range p.before.Services {
		now, there := after[s.Name]
		before[s.Name], same[s.Name] = true, there && reflect.DeepEqual(s, now)
	}
	for _, s := range p.after.Services {
		switch {
		case !before[s.Name]:
			lines = append(lines, "new      service "+s.Name+owned(s.Owner))
		case !same[s.Name]:
			lines = append(lines, "updated  service "+s.Name+owned(s.Owner))
		}
		delete(before, s.Name)
	}
	for _, s := range p.before.Services {
		if before[s.Name] {
			lines = append(lines, "removed  service "+s.Name)
		}
	}
	return lines
}

// owned names the owner of a service.
func owned(by string) string {
	if by == "" {
		return ", without an owner"
	}
	return ", owned by " + by
}

// sloLines lists added, changed and removed SLOs. A change of the hash is a change of
// the meaning and names both; other changes are of texts only.
func (p *Prepared) sloLines() (lines []string) {
	before := map[string]slo.SLO{}
	for _, s := range p.before.SLOs {
		before[s.Name] = s
	}
	for _, s := range p.after.SLOs {
		old, was := before[s.Name]
		delete(before, s.Name)
		switch {
		case !was:
			lines = append(lines, "new      SLO "+s.Name+": "+Describe(s))
		case old.Hash != s.Hash:
			lines = append(lines, "updated  SLO "+s.Name+": "+Describe(s)+" from now on, was "+Describe(old))
		case !reflect.DeepEqual(toStored(old), toStored(s)):
			lines = append(lines, "updated  SLO "+s.Name+": in words only")
		}
	}
	for _, s := range p.before.SLOs {
		if _, gone := before[s.Name]; gone {
			lines = append(lines, "removed  SLO "+s.Name+"; what was measured and reported stays")
		}
	}
	return lines
}

// Describe returns an SLO in a few words: "99.9 % over 28d rolling".
func Describe(s slo.SLO) string {
	kind := "calendar"
	if s.Window.Rolling {
		kind = "rolling"
	}
	// Rounding removes the error of binary fractions: 0.999 * 100 is 99.9.
	percent := strconv.FormatFloat(math.Round(s.Target*1e11)/1e9, 'f', -1, 64)
	words := percent + " % over " + s.Window.String() + " " + kind
	switch {
	case len(s.Parts) > 0:
		words = fmt.Sprintf("composite of %d over %s %s", len(s.Parts), s.Window, kind)
	case s.Method != slo.Occurrences:
		words += " by " + string(s.Method)
	}
	return words
}
