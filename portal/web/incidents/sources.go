package incidents

import (
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// milestoneRow is one milestone: the time that counts, and conflicting values. Others are
// the values of other sources, each with its source, at most othersShown.
type milestoneRow struct {
	Name, Also string // as it is called here, and the milestone's own name
	Stamp      incident.Stamp
	// Known is false if no source states the milestone; Stamp is then zero.
	Known  bool
	Offset string // from the start of impact
	Who    saidBy
	// Sure is how certain the time is, in words.
	Sure   string
	Others []string
}

// saidBy is a source as readers know it. Link leads to the post-mortem, or to the
// corrections on the same page; "" for feeds.
type saidBy struct{ Name, Link string }

// voiceRow is what one source reported.
type voiceRow struct {
	incident.Record
	Form string
	Name string // by which a split names it
	Who  saidBy
	Link string
}

// sources returns the sources of an incident by their own names. If several reports are
// of one source, such as entries by two people, the most trusted one counts, as it does
// for the values. Sources beyond voicesShown are not listed on the page and are left out
// here as well.
func (h *Handler) sources(in incident.Incident) map[string]saidBy {
	out := map[string]saidBy{}
	for _, v := range in.Records[:min(len(in.Records), voicesShown)] {
		who := saidBy{Name: v.Source}
		switch {
		// A post-mortem, and an entry in the portal, have technical names as sources;
		// readers know the document and the person.
		case v.PostmortemID != "":
			who = saidBy{"post-mortem", h.Link("/p/" + url.PathEscape(v.PostmortemID))}
		case v.By != "":
			who.Name = v.By
		}
		if _, known := out[v.Source]; !known {
			out[v.Source] = who
		}
	}
	// The fold names a correction's source in this form.
	for _, e := range in.Edits {
		out["edit by "+e.Who] = saidBy{e.Who, "#by-hand"}
	}
	return out
}

// whoSaid returns one of the sources; one that is not listed is shown by its own name.
func whoSaid(sources map[string]saidBy, name string) saidBy {
	if who, ok := sources[name]; ok {
		return who
	}
	return saidBy{Name: name}
}

// certainty returns how certain a milestone is. An unknown value is returned as it is.
func (h *Handler) certainty(confidence string) string {
	switch confidence {
	case incident.Stated:
		return h.Text("incident.stated")
	case incident.Measured:
		return h.Text("incident.measured")
	case incident.Public:
		return h.Text("incident.public")
	case incident.Inferred:
		return h.Text("incident.inferred")
	}
	return confidence
}

// milestoneRowOf returns the row of a milestone, with its distance from the start of
// impact and conflicting values.
func (h *Handler) milestoneRowOf(in incident.Incident, m incident.Milestone, p incident.Policy, sources map[string]saidBy) milestoneRow {
	row := milestoneRow{Name: string(m)}
	// The company's own name of the second milestone is shown first, then what the
	// milestone is called elsewhere.
	if name := p.Names()[1]; m == p.Middle && name != row.Name {
		row.Name, row.Also = name, row.Name
	}
	row.Stamp, row.Known = in.Times[m]
	row.Who, row.Sure = whoSaid(sources, row.Stamp.Source), h.certainty(row.Stamp.Confidence)
	start, ok := in.Times[incident.Started]
	// There is no offset if one of the times is a day only: it would be wrong by up to a
	// day.
	if ok && row.Known && m != incident.Started && !start.DayOnly && !row.Stamp.DayOnly {
		d := row.Stamp.At.Sub(start.At)
		row.Offset = "+" + postmortems.FormatDuration(&d)
		// Detection before the start of impact is possible, for example by a warning; the
		// minus is U+2212.
		if d < 0 {
			d = -d
			row.Offset = "−" + postmortems.FormatDuration(&d)
		}
	}
	for _, v := range in.Records {
		if len(row.Others) == othersShown {
			break
		}
		// Sources that state the same instant are not in conflict.
		if at, ok := v.Times[m]; ok && !at.At.IsZero() && !at.At.Equal(row.Stamp.At) {
			row.Others = append(row.Others, whoSaid(sources, v.Source).Name+": "+at.At.UTC().Format("2 Jan 15:04:05"))
		}
	}
	return row
}

// otherNames returns the aliases of an incident in other systems. Names that the portal
// composed of a source and a number are left out. Links and hashes are no names that a
// person would look for.
func otherNames(in incident.Incident) (out []string) {
	made := map[string]bool{in.ID: true}
	// made holds the id, the references that the portal composed, and the ids of its
	// post-mortems.
	for _, v := range in.Records {
		made[v.Source+":"+v.Ref], made[v.PostmortemID] = true, true
	}
	// Clone, since what Signals returns is shared and must not be changed.
	for _, ref := range append(slices.Clone(in.Refs), in.Shared...) {
		if !made[ref] && !strings.Contains(ref, "://") && !hashed(ref) {
			out = append(out, ref)
		}
	}
	return slices.Clip(out)
}

// hashed reports whether a name is a hash: twelve hexadecimal digits. An incident has
// such an id if its own one is taken or is not fit for an address.
func hashed(ref string) bool {
	const digits = 12
	return len(ref) == digits && strings.Trim(ref, "0123456789abcdef") == ""
}
