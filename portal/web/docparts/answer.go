package docparts

import (
	"context"
	"html/template"
	"net/url"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/tally"
	"github.com/postern/postern/search"
)

// Answers makes answers of what a search for similar documents has found.
type Answers struct {
	*page.Kit
	Library Library
}

// Library reads published documents.
type Library interface {
	// Page reads one document at its newest revision.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
}

// Answer is what fixed a problem last time, followed by the other matches. Others are
// documents of other kinds, such as guides.
type Answer struct {
	Lead      *Match // the runbook to follow, or else the incident most alike
	Incidents []Match
	Others    []Match
	Recover   string // "3 similar incidents, median 27 min to recover"
}

// Match is one document of an answer. HTML and Steps are empty for documents that were
// not read.
type Match struct {
	search.Match
	Heading string        // above the fix
	FixLink string        // to it
	HTML    template.HTML // the fix as the document shows it
	More    bool          // the document goes on where HTML ends
	Steps   []string      // else the end of its timeline
	Open    []ActionRow   // action items that still wait
	Leads   bool          // its fix is shown above already
}

const (
	// RelatedShown is how many related incidents a page lists.
	RelatedShown = 4
	// RelatedPatience is how long a page waits for its related incidents. They are
	// optional, and search may be busy.
	RelatedPatience = 300 * time.Millisecond

	// FixShown is how many bytes of a fix's HTML a page quotes: about a screen. It ends
	// with a block. A page of many excerpts must stay small, and a fix that is longer is
	// better read in its document.
	FixShown = 6000
	// incidentsRead is how many incidents of an answer are read for what fixed them
	// and the actions that are open.
	incidentsRead = 5
	// Leads is the share of the best score from which a match without the alert's
	// name may lead the answer.
	Leads = 0.6
	// closeEnough is the share of the best score below which a match is not shown: beside
	// the best it is like the text by accident.
	closeEnough = 0.2
)

// Of sorts matches into what to do, what happened, and the rest. Matches far below the
// best one are left out. Matches keep their order in each part. At most incidentsRead
// incidents are read in full, because each read costs a page of the library. The first
// runbook that names the alert leads.
func (a Answers) Of(ctx context.Context, matches []search.Match) Answer {
	var out Answer
	var took []int64
	top := 0.0
	for _, m := range matches {
		top = max(top, m.Score)
	}
	for _, m := range matches {
		if !m.Named && m.Score < closeEnough*top {
			continue
		}
		v := a.Match(m)
		switch {
		case out.Lead == nil && m.Kind == string(postmortems.Runbook) && m.Named:
			a.read(ctx, &v)
			out.Lead = &v
		case m.Kind == string(postmortems.Postmortem):
			if len(out.Incidents) < incidentsRead {
				a.read(ctx, &v)
			}
			if m.Recover != nil {
				took = append(took, *m.Recover)
			}
			out.Incidents = append(out.Incidents, v)
		default:
			out.Others = append(out.Others, v)
		}
	}
	if out.Lead == nil {
		out.Lead = a.firstWithFix(ctx, out)
	}
	if out.Lead == nil && len(out.Incidents) == 0 { // then the others are shown in full
		for i := range out.Others[:min(len(out.Others), incidentsRead)] {
			a.read(ctx, &out.Others[i])
		}
	}
	out.Recover = RecoverWords(a.Texts(), len(out.Incidents), took)
	return out
}

// firstWithFix returns the match to lead with when no runbook is written for the alert:
// the best of those that have a fix, if its score is close to that of the best match. It
// returns nil if there is none. The result points into the lists of out, so that the
// match is marked there as well.
func (a Answers) firstWithFix(ctx context.Context, out Answer) *Match {
	var best *Match
	var top float64
	for _, list := range [][]Match{out.Incidents, out.Others} {
		for i := range list {
			m := &list[i]
			top = max(top, m.Score)
			if (m.Fix != nil || len(m.Steps) > 0) && (best == nil || m.Score > best.Score) {
				best = m
			}
		}
	}
	if best == nil || best.Score < Leads*top {
		return nil
	}
	if best.HTML == "" && len(best.Steps) == 0 {
		a.read(ctx, best)
	}
	if best.HTML == "" && len(best.Steps) == 0 { // the document cannot be read
		return nil
	}
	best.Leads = true
	return best
}

// RecoverWords returns how many incidents there are and their median time to recover.
// took is in seconds. It is "" without incidents. The median is over the incidents with a
// known time.
func RecoverWords(texts *messages.Printer, n int, took []int64) string {
	if n == 0 {
		return ""
	}
	if len(took) == 0 {
		return texts.Count("answer.recover", n)
	}
	all := make([]time.Duration, len(took))
	for i, seconds := range took {
		all[i] = humanize.FromSeconds(float64(seconds))
	}
	median := postmortems.FormatDuration(tally.Median(all))
	if len(took) == 1 {
		return texts.Count("answer.recover_one", n, "Time", median)
	}
	return texts.Count("answer.recover_median", n, "Time", median)
}

// Match returns a match with the link to its fix. Without a fix, Heading and FixLink are
// "". The anchor leads to the section.
func (a Answers) Match(m search.Match) Match {
	v := Match{Match: m}
	if m.Fix == nil {
		return v
	}
	v.Heading, v.FixLink = m.Fix.Heading, a.Link(m.Address)
	if m.Fix.Anchor != "" {
		v.FixLink += "#" + url.PathEscape(m.Fix.Anchor)
	}
	return v
}

// read adds what only the whole document has: the fix as the document shows it, or the
// end of the timeline if no section describes a fix, and the open action items. A
// document that cannot be read adds nothing.
func (a Answers) read(ctx context.Context, v *Match) {
	doc, err := a.Library.Page(ctx, v.ID, "")
	if err != nil {
		return
	}
	if v.Fix != nil {
		v.HTML, v.More = Excerpt(Body(a.Kit, doc), v.Fix.Anchor, FixShown)
	} else {
		v.Steps = RecoverySteps(doc.Document)
		v.Heading, v.FixLink = a.Texts().Text("document.timeline"), a.Link(v.Address)
	}
	var open []postmortems.Action
	for _, item := range doc.Document.Actions {
		if item.Status != "done" && item.Status != "dropped" {
			open = append(open, item)
		}
	}
	v.Open = ActionsOf(a.Texts(), open, a.Day()).Rows
}

// RecoverySteps returns the entries of a timeline that ended the impact, with their
// distance from its start. Entries without an exact start have no distance.
func RecoverySteps(d postmortems.Document) []string {
	var out []string
	for _, e := range d.Recovery() {
		step := e.Text
		if start := d.Front.Times.Started; start.Precision == postmortems.Exact {
			step = OffsetText(e.At.At.Sub(start.At)) + " · " + step
		}
		out = append(out, step)
	}
	return out
}
