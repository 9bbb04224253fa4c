package sloparts

import (
	"html/template"
	"net/url"
	"strconv"
	"time"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// Row is one SLO in a list. All of it is text, written for its target.
type Row struct {
	Name, Title, Link      string
	Service, Team          string
	Word, Class            string
	Objective, SLI         string
	Spent, Left, LeftClass string
	Burns                  []BurnCell
	// Fires is the severity of the first rule that fires, "" for none. Reason explains a
	// missing verdict. Key is unique in a page.
	Lasts, Fires, Reason, Key string
	Spark                     template.HTML
}

// BurnCell is a burn rate over one window. Class is set if a rule fires by it.
type BurnCell struct{ Window, Text, Class string }

// Link returns the link to the page of an SLO.
func Link(k *page.Kit, name string) string { return k.Link("/slos/" + url.PathEscape(name)) }

// NewRow returns the row of an SLO. r is not changed.
func NewRow(k *page.Kit, r slostatus.Row) Row {
	out := Row{
		Name: r.SLO.Name, Title: r.SLO.Title, Link: Link(k, r.SLO.Name), Service: r.SLO.Service, Team: r.Team,
		Objective: Target(r.SLO.Target), SLI: SLI(r.Result.SLI, r.SLO.Target),
		Spent: Budget(r.Result.Spent), Left: Budget(r.Result.Left),
		Lasts: lastsText(k.Texts(), r.Lasts, r.Result.Left), Reason: r.Result.Reason, Key: "slo-" + r.SLO.Name, Spark: spark(r),
	}
	out.Word, out.Class = verdictOf(k.Texts(), r.Result)
	// A composite has no ratio as its target, and no weekly bars.
	if len(r.SLO.Parts) > 0 {
		out.Objective, out.Spark = "composite", ""
	}
	switch {
	// A budget to date is not marked as exhausted, as more traffic may restore it.
	case toDate(r):
		out.Left += " " + k.Texts().Text("slo.so_far")
	case r.Result.Left != nil && *r.Result.Left < 0:
		out.LeftClass = "bad-text"
	}
	out.Burns, out.Fires = burnCells(r)
	if !burnKnown(r) {
		out.Lasts = "–"
	}
	return out
}

// toDate reports whether the budget is that of the traffic so far: a calendar window
// that counts events and is not over will permit more.
func toDate(r slostatus.Row) bool {
	return r.Result.Open && r.Result.Left != nil && r.SLO.Method == slo.Occurrences && len(r.SLO.Parts) == 0
}

// burnKnown reports whether anything was counted in the last day. Otherwise it is
// unknown how long a remaining budget lasts.
func burnKnown(r slostatus.Row) bool {
	if r.Result.Left != nil && *r.Result.Left <= 0 {
		return true
	}
	for _, b := range r.Burns {
		if b.Window == 24*time.Hour && b.Rate != nil {
			return true
		}
	}
	return false
}

// burnCells returns the burn rates over the long windows of the rules, and the severity
// of the first rule that fires. Cells are in the order of the rules. A ticket is a milder
// tone than a page.
func burnCells(r slostatus.Row) (cells []BurnCell, fires string) {
	for _, rule := range r.Rules {
		cell := BurnCell{Window: Window(rule.Rule.Long), Text: "–"}
		for _, b := range r.Burns {
			if b.Window == rule.Rule.Long {
				cell.Text = Rate(b.Rate)
			}
		}
		if rule.Verdict == slo.Fires {
			cell.Class = "bad"
			if rule.Rule.Severity == "ticket" {
				cell.Class = "warn"
			}
			if fires == "" {
				fires = rule.Rule.Severity
			}
		}
		cells = append(cells, cell)
	}
	return cells, fires
}

// Window writes a window as rules name it: "1 h", "1 d".
func Window(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return strconv.Itoa(int(d/(24*time.Hour))) + " d"
	}
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/time.Minute)) + " min"
}
