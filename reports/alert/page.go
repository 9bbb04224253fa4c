package alert

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// pageLag is how long after an alert began its page may say to have begun: clocks
// differ, and a pager can be told before the alert's own time is over.
const pageLag = time.Minute

// Unify counts a page once: a pager's own episode is taken into the alerts that
// caused it, which then have its acknowledgement, its messages, and reached a
// person. An alert caused a page when both have one dedup key and fired together;
// else, of the alerts that began at most LinkLead before the page and still fired
// then, the last whose name the page's title has, else the last of its service.
// A page of which no alert is known stays an episode of its own. Episodes come
// newest start first, with the services' own names, and are changed in place.
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
	causes := map[int][]int{} // of each page; found before anything is changed
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
			// The messages of one page are told once, at the alert that it began with.
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

// sameDedup are the alerts that fired together with a page under one of its keys.
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

// likely is the alert that a page is most likely about, by its time and by its
// name or service; none or one.
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

// hasWord tells whether a text has a name as a word of its own.
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

// answer takes into an alert what its page says.
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
