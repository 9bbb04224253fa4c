package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// comparison is a pair of trees and what differs between them.
type comparison struct {
	from, to postmortems.OID // trees; "" is the empty one
	changes  []change
}

// findRenames joins removed and added files: first those with equal content, then, where
// Markdown files remain on both sides, those that git finds similar. Renames by a
// document's id are found by package library. All comparisons share one git process.
// git's threshold is the default of -M, half of the text.
func (r *Repo) findRenames(ctx context.Context, env []string, list []*comparison) error {
	var similar []*comparison
	for _, c := range list {
		c.joinExact()
		if c.needsGit() {
			similar = append(similar, c)
		}
	}
	if len(similar) == 0 {
		return nil
	}
	var input bytes.Buffer
	for _, c := range similar {
		input.WriteString(string(c.from) + " " + string(c.to) + "\n")
	}
	call := plumbing.Call{
		Args: []string{"diff-tree", "--stdin", "-r", "-M", "--raw", "-z", "--no-abbrev", "--no-ext-diff"},
		Env:  env, Stdin: &input, Limits: r.limits.walk(),
	}
	return r.git.Stream(ctx, call, func(out io.Reader) error { return readRenames(bufio.NewReader(out), similar) })
}

// joinExact pairs removed and added files with equal content, preferring a file with
// the same base name. Empty files are all equal and are not paired. It runs in linear
// time: a push may move a hundred thousand copies of one file. A first pass over the
// additions pairs equal base names, a second one the rest in the order of their paths.
func (c *comparison) joinExact() {
	type named struct {
		blob postmortems.OID
		base string
	}
	// Indexes of removed files by content, and by content and base name.
	removed, kept := map[postmortems.OID][]int{}, map[named][]int{}
	for i, ch := range c.changes {
		if ch.Status == postmortems.Deleted && ch.OldBlob != emptyBlob {
			name := named{ch.OldBlob, path.Base(ch.Path)}
			removed[ch.OldBlob], kept[name] = append(removed[ch.OldBlob], i), append(kept[name], i)
		}
	}
	if len(removed) == 0 {
		return
	}
	gone := map[int]bool{}
	// first returns the list from its first file that is not yet paired.
	first := func(list []int) []int {
		for len(list) > 0 && gone[list[0]] {
			list = list[1:]
		}
		return list
	}
	pair := func(ch *change, list []int) []int {
		if list = first(list); len(list) > 0 {
			ch.rename(c.changes[list[0]])
			gone[list[0]] = true
		}
		return list
	}
	for i := range c.changes {
		if ch := &c.changes[i]; ch.Status == postmortems.Added {
			name := named{ch.Blob, path.Base(ch.Path)}
			kept[name] = pair(ch, kept[name])
		}
	}
	for i := range c.changes {
		if ch := &c.changes[i]; ch.Status == postmortems.Added {
			removed[ch.Blob] = pair(ch, removed[ch.Blob])
		}
	}
	c.drop(gone)
}

// emptyBlob is the object name of the empty blob.
const emptyBlob postmortems.OID = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

// rename turns an addition into a rename of a removed file. The new path and blob stay.
func (c *change) rename(from change) {
	c.Status, c.From, c.OldBlob, c.oldMode = postmortems.Renamed, from.Path, from.OldBlob, from.oldMode
}

// drop removes the changes at some indexes. The others keep their order; the array is
// reused.
func (c *comparison) drop(gone map[int]bool) {
	kept := c.changes[:0]
	for i, ch := range c.changes {
		if !gone[i] {
			kept = append(kept, ch)
		}
	}
	c.changes = kept
}

// needsGit reports whether Markdown files were both removed and added. The empty tree
// has no name that could be passed to git, and nothing is renamed from it.
func (c *comparison) needsGit() bool {
	var removed, added bool
	for _, ch := range c.changes {
		if isMarkdown(ch.Path) {
			removed = removed || ch.Status == postmortems.Deleted
			added = added || ch.Status == postmortems.Added
		}
	}
	return removed && added && c.from != "" && c.to != ""
}

// It is coarser than postmortems.KindOf: hidden files count too.
func isMarkdown(p string) bool {
	ext := strings.ToLower(path.Ext(p))
	return ext == ".md" || ext == ".markdown"
}

// readRenames reads the output of diff-tree for each comparison, in order: a line with
// both trees, then records of ":MODES OIDS STATUS\0PATH\0", with a second path after a
// rename. Paths are as stored and may hold any byte but NUL, hence -z.
func readRenames(out *bufio.Reader, list []*comparison) error {
	next := 0
	var current *comparison
	var pairs map[string]string // new path by old
	for {
		head, err := out.Peek(1)
		if err == io.EOF {
			current.join(pairs)
			return nil
		}
		if err != nil {
			return err
		}
		if head[0] != ':' {
			current.join(pairs)
			line, err := out.ReadString('\n')
			if err != nil {
				return err
			}
			// git prints nothing for a pair without differences.
			for next < len(list) && strings.TrimSpace(line) != string(list[next].from)+" "+string(list[next].to) {
				next++
			}
			if next == len(list) {
				return fault.Newf(fault.Internal, "gitrepo.findRenames", "git diff-tree answers with %q", line)
			}
			current, pairs = list[next], map[string]string{}
			next++
			continue
		}
		if err := readRecord(out, pairs); err != nil {
			return err
		}
	}
}

// readRecord reads one record and adds it to pairs if it is a rename. A truncated
// record is an error; a record that is no rename is skipped.
func readRecord(out *bufio.Reader, pairs map[string]string) error {
	record, err := out.ReadString(0)
	if err != nil {
		return err
	}
	from, err := out.ReadString(0)
	if err != nil {
		return err
	}
	fields := strings.Fields(strings.TrimSuffix(record, "\x00"))
	if len(fields) < 5 || !strings.HasPrefix(fields[4], "R") {
		return nil
	}
	to, err := out.ReadString(0)
	if err != nil {
		return err
	}
	if pairs != nil {
		pairs[strings.TrimSuffix(from, "\x00")] = strings.TrimSuffix(to, "\x00")
	}
	return nil
}

// join applies git's pairs where both files are still unpaired Markdown. c may be nil
// when pairs is empty. Pairs of other files are ignored: only documents have an
// identity that a rename continues.
func (c *comparison) join(pairs map[string]string) {
	if len(pairs) == 0 {
		return
	}
	added := map[string]int{}
	for i, ch := range c.changes {
		if ch.Status == postmortems.Added && isMarkdown(ch.Path) {
			added[ch.Path] = i
		}
	}
	gone := map[int]bool{}
	for j, ch := range c.changes {
		to, paired := pairs[ch.Path]
		if i, ok := added[to]; paired && ok && ch.Status == postmortems.Deleted && isMarkdown(ch.Path) {
			c.changes[i].rename(ch)
			delete(added, to)
			gone[j] = true
		}
	}
	c.drop(gone)
}
