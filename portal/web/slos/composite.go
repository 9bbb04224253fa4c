package slos

import (
	"context"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slostatus"
)

// memberRows returns the parts of a composite SLO over its range, with their present burn
// rates. It returns nil for an SLO without parts. The order is that of the definition.
func (h *Handler) memberRows(ctx context.Context, d slostatus.Detail) (out []sloparts.Row, err error) {
	if len(d.Members) == 0 {
		return nil, nil
	}
	rows, err := h.deps.Board.Rows(ctx)
	if err != nil {
		return nil, err
	}
	now := map[string]slostatus.Row{}
	for _, r := range rows {
		now[r.SLO.Name] = r
	}
	// A part that is not on the board, such as a removed one, has a zero row: its result
	// is shown without burn rates.
	for _, m := range d.Members {
		row := now[m.SLO.Name]
		row.SLO, row.Result = m.SLO, m.Result
		out = append(out, sloparts.NewRow(h.Kit, row))
	}
	return out, nil
}

// partRows returns what each part of a composite contributes to the consumed budget.
// Consumed budgets are averaged by weight: a part contributes spent × weight / sum of
// weights. A part without a number has the state of its data instead.
func partRows(texts *messages.Printer, d slostatus.Detail) (rows []howRow) {
	weights := 0.0
	for _, p := range d.SLO.Parts {
		weights += p.Weight
	}
	for _, p := range d.SLO.Parts {
		// The value stays "–" if the part is not among the members.
		row := howRow{texts.Text("slo.part", "Name", p.SLO), "–",
			texts.Text("slo.weight", "Weight", sloparts.Count(p.Weight), "Total", sloparts.Count(weights))}
		for _, m := range d.Members {
			if m.SLO.Name != p.SLO {
				continue
			}
			if row.Value = texts.Text("slo.consumed", "Share", sloparts.Budget(m.Result.Spent)); m.Result.Spent == nil {
				row.Value = m.Result.State.Words()
				continue
			}
			share := *m.Result.Spent * p.Weight / weights
			row.Note += ": " + texts.Text("slo.of_whole", "Share", sloparts.Budget(&share))
		}
		rows = append(rows, row)
	}
	return rows
}
