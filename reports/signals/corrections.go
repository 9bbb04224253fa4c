package signals

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
)

// Corrections are checked against the folded incident before they are
// stored, and stored as lines that are applied at every fold. They name
// incidents by names that stay valid when more reports arrive.

// Edit stores corrections of one incident, all or none, and returns the
// corrected incident. id is any of its names. Edit sets who, when and what
// each edit is about; of a merge and a split, Refs name the incidents that
// join and the sources that leave. It returns fault.Invalid with the field
// if an edit is not valid, fault.NotFound if it names something unknown,
// and fault.Conflict if a name is ambiguous. The same request again, by
// hand.Key, changes nothing.
func (r *Store) Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error) {
	const op = "signals.Edit"
	f, at, err := r.Exact().named(ctx, id)
	if kind := fault.KindOf(err); err != nil && kind != fault.NotFound && kind != fault.Conflict {
		return incident.Incident{}, err
	}
	if len(edits) == 0 {
		return incident.Incident{}, fault.New(fault.Invalid, op, "no change is given: name a field, or a link")
	}
	if err != nil {
		return incident.Incident{}, err
	}
	// A repeated request is recognised by its original form: the incident,
	// and the reasons to refuse the request, may have changed since.
	name := f.all[at].ID
	_, _, err = r.once(ctx, hand, []any{"edit", id, edits}, func() error {
		edits = slices.Clone(edits)
		for i := range edits {
			if edits[i], err = r.complete(ctx, hand, f, at, edits[i]); err != nil {
				return err
			}
		}
		return nil
	}, func(w kv.Writer) (string, error) {
		for _, e := range edits {
			line := storedEdit{e.Who, e.Action, e.Into, e.Refs, e.Field, e.Value, e.Why}
			if err := appendLine(w, bEdit, e.At, line); err != nil {
				return "", err
			}
		}
		return name, nil
	})
	if err != nil {
		return incident.Incident{}, err
	}
	return r.Incident(ctx, name)
}

// complete sets the remaining fields of an edit of the incident at a place,
// and checks it.
func (r *Store) complete(ctx context.Context, hand incident.Hand, f folded, at int, e incident.Edit) (incident.Edit, error) {
	in := f.all[at]
	e.At, e.Who = r.opt.Now().UTC().Truncate(time.Microsecond), hand.Who
	switch e.Action {
	case incident.Merge, incident.Split:
		e.Into = f.own(at)
	default:
		e.Into, e.Refs = "", []string{f.own(at)}
	}
	if err := e.Check(); err != nil {
		return e, err
	}
	// What remains needs the fold, the incident or the documents.
	switch {
	case e.Action == incident.Merge:
		var err error
		e.Refs, err = completeMerge(f, at, e.Refs)
		return e, err
	case e.Action == incident.Split:
		var err error
		e.Refs, err = completeSplit(in, e.Refs)
		return e, err
	case e.Action == incident.Link && e.Field == "postmortem":
		there, err := r.opt.Documents.Has(ctx, e.Value)
		if err == nil && !there {
			err = fault.Newf(fault.Invalid, "signals.Edit", "there is no published document with the id %.80q", e.Value).In("id")
		}
		return e, err
	}
	return e, nil
}

// completeMerge returns the incidents that refs name, each by a unique
// name. Each must be another incident.
func completeMerge(f folded, into int, refs []string) (own []string, err error) {
	for _, ref := range refs {
		at, err := f.find(ref)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return nil, fault.Newf(fault.NotFound, "signals.Edit", "there is no incident called %.80q", ref).In("refs")
		case err != nil:
			return nil, fault.New(fault.Conflict, "signals.Edit", fault.Message(err)).In("refs")
		case at == into:
			return nil, fault.Newf(fault.Invalid, "signals.Edit", "%.80q is a name of this incident already", ref).In("refs")
		}
		own = append(own, f.own(at))
	}
	return own, nil
}

// completeSplit returns the reports of the incident that refs name, with
// their sources: a bare 17 may be another tracker's too. At least one
// report must stay.
func completeSplit(in incident.Incident, refs []string) (whole []string, err error) {
	for _, ref := range refs {
		known := false
		for _, v := range in.Records {
			if ref == v.Source+":"+v.Ref || ref == v.Ref {
				whole, known = append(whole, v.Source+":"+v.Ref), true
			}
		}
		if !known {
			return nil, fault.Newf(fault.Invalid, "signals.Edit", "%.80q is not a source of this incident; name a source as in pagerduty:PX81", ref).
				In("refs")
		}
	}
	slices.Sort(whole)
	if whole = slices.Compact(whole); len(whole) >= len(in.Records) {
		return nil, fault.New(fault.Invalid, "signals.Edit", "at least one source must stay: an incident consists of the reports of its sources").
			In("refs")
	}
	return whole, nil
}
