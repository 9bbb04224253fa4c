package incident

// regroup applies the merges and splits by hand, in order.
func (p *partition) regroup(edits []Edit) {
	var called *callNames
	for _, e := range edits {
		if e.Action != Merge && e.Action != Split {
			continue
		}
		if called == nil { // only if needed: it hashes every record
			called = namesAndRefs(p.voices)
		}
		if e.Action == Merge {
			p.join(called.find(e.Into, e.Refs))
		} else {
			p.split(called.recordsNamed(e.Refs))
		}
	}
}

// callNames finds records by their names in constant time, because there can be ten
// thousand edits.
type callNames struct {
	any  map[string]int   // the first record of any name, address or hash
	full map[string][]int // the records of a name such as pagerduty:PX81
	ref  map[string][]int // the records of a ref without source
}

// namesAndRefs returns the index of records.
func namesAndRefs(voices []said) *callNames {
	c := &callNames{any: map[string]int{}, full: map[string][]int{}, ref: map[string][]int{}}
	for i, v := range voices {
		for _, n := range append([]string{idOf(v), hashID(v)}, v.names...) {
			if _, known := c.any[n]; !known {
				c.any[n] = i
			}
		}
		c.full[v.name()] = append(c.full[v.name()], i)
		c.ref[v.Ref] = append(c.ref[v.Ref], i)
	}
	return c
}

// find returns one record of each group that a merge names.
func (c *callNames) find(into string, refs []string) (indices []int) {
	for _, n := range append([]string{into}, refs...) {
		if i, known := c.any[n]; known && n != "" {
			indices = append(indices, i)
		}
	}
	return indices
}

// recordsNamed returns the records with the names, without duplicates and without the
// others of their groups. A full name precedes an equal ref, because senders choose
// their refs.
func (c *callNames) recordsNamed(names []string) (indices []int) {
	seen := map[int]bool{}
	for _, n := range names {
		found := c.full[n]
		if len(found) == 0 {
			found = c.ref[n]
		}
		for _, i := range found {
			if !seen[i] {
				seen[i] = true
				indices = append(indices, i)
			}
		}
	}
	return indices
}
