package alert

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// pageLag is how long after its page an alert may begin by its own time: clocks differ, and
// a page can be sent before the alert's waiting time is over.
const pageLag = time.Minute

// Unify merges each episode of a pager into the alerts that caused the page, so that it is
// counted once. Those alerts get its acknowledgement and its messages, and are paging. An
// alert caused a page if both have one dedup key and fired together. Otherwise it is, of
// the alerts that began at most LinkLead before the page and still fired then, the last
// one whose name is in the title of the page, or else the last one of its service. A page
// without a known alert remains an episode. Episodes are in descending order of their
// start, with the names of the services, and are changed in place.
func Unify(episodes []Episode) []Episode {
	byDedup := map[string][]int{}
	for i, e := range episodes {
		if e.Page {
			continue
		}
		for _, key := range e.Dedups {
			byDedup[key] = append(byDedup[key], i)
		}
	}
	causes := map[int][]int{} // of each page; complete before anything is changed
	for i, page := range episodes {
		if !page.Page {
			continue
		}
		if causes[i] = sameDedup(episodes, byDedup, page); len(causes[i]) == 0 {
			causes[i] = likely(episodes, page)
		}
	}
	for i, alerts := range causes {
		for n, at := range alerts {
			// The messages of one page are counted once, for its first alert.
			episodes[at].answer(episodes[i], n == len(alerts)-1)
		}
	}
	kept := episodes[:0]
	for i, e := range episodes {
		if len(causes[i]) == 0 {
			kept = append(kept, e)
		}
	}
	return kept
}

// sameDedup returns the alerts that fired together with a page and share one of its keys.
func sameDedup(episodes []Episode, byDedup map[string][]int, page Episode) (causes []int) {
	for _, key := range page.Dedups {
		for _, i := range byDedup[key] {
			e := episodes[i]
			over := !e.EndsAt.IsZero() && e.EndsAt.Before(page.StartsAt)
			late := !page.EndsAt.IsZero() && e.StartsAt.After(page.EndsAt.Add(pageLag))
			if !over && !late {
				causes = append(causes, i)
			}
		}
	}
	slices.Sort(causes)
	return slices.Compact(causes)
}

// likely returns the index of the alert that a page is most likely about, by its time and
// its name or service: none or one.
func likely(episodes []Episode, page Episode) []int {
	first := sort.Search(len(episodes), func(i int) bool { return !episodes[i].StartsAt.After(page.StartsAt.Add(pageLag)) })
	ofService := -1
	for i := first; i < len(episodes) && !episodes[i].StartsAt.Before(page.StartsAt.Add(-LinkLead)); i++ {
		e := episodes[i]
		if e.Page || !e.EndsAt.IsZero() && e.EndsAt.Before(page.StartsAt) {
			continue
		}
		if hasWord(page.Name, e.Name) {
			return []int{i}
		}
		if ofService < 0 && e.Paging && e.Service != "" && e.Service == page.Service {
			ofService = i
		}
	}
	if ofService < 0 {
		return nil
	}
	return []int{ofService}
}

// hasWord reports whether a text contains a name as a whole word.
func hasWord(text, name string) bool {
	if name == "" {
		return false
	}
	part := func(s string, at int) bool { // of a longer word
		if at < 0 || at >= len(s) {
			return false
		}
		c := s[at]
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
	}
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		if !part(text, i-1) && !part(text, i+len(name)) {
			return true
		}
		from = i + 1
	}
}

// answer adds a page to an alert. first is true for the first alert of the page.
func (e *Episode) answer(page Episode, first bool) {
	e.Paging = e.Paging || page.Paging
	e.AckedAt = earlier(e.AckedAt, page.AckedAt)
	if i, found := slices.BinarySearch(e.Pages, page.Fingerprint); !found {
		e.Pages = slices.Insert(e.Pages, i, page.Fingerprint)
	}
	if first {
		e.Notifications += page.Notifications
	}
}
