package incident

// regroup merges and splits by hand, edit after edit.
func (p *partition) regroup(edits []Edit) {
	var called *callNames
	for _, e := range edits {
		if e.Action != Merge && e.Action != Split {
			continue
		}
		if called == nil { // only where somebody did: it hashes every voice
			called = namesAndRefs(p.voices)
		}
		if e.Action == Merge {
			p.join(called.find(e.Into, e.Refs))
		} else {
			p.split(called.voicesNamed(e.Refs))
		}
	}
}

// callNames finds voices by what people call them, so that ten thousand edits cost
// no more than that many looks.
type callNames struct {
	any  map[string]int   // the first voice of any name, address or hash
	full map[string][]int // the voices of a name such as pagerduty:PX81
	ref  map[string][]int // the voices of a bare ref
}

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

// find gives one voice of each group that a merge means.
func (c *callNames) find(into string, refs []string) (indices []int) {
	for _, n := range append([]string{into}, refs...) {
		if i, known := c.any[n]; known && n != "" {
			indices = append(indices, i)
		}
	}
	return indices
}

// voicesNamed are the voices that the names mean themselves, each once, without
// those they were grouped with. A whole name counts more than a ref that looks
// like it: a sender chooses its refs.
func (c *callNames) voicesNamed(names []string) (indices []int) {
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
