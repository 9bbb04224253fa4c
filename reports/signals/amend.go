package signals

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
)

// Edit keeps corrections of one incident, all or none, and gives the incident as
// it is then. id is any of its names. Who and when are set here, and what each
// edit is about: of a merge and a split Refs say which incidents come in and which
// voices go. It is fault.Invalid, with the field, when an edit says nothing
// sensible, and fault.NotFound when it names what is not there. The same request
// again, by hand.Key, changes nothing.
func (r *Store) Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error) {
	const op = "register.Edit"
	f, at, err := r.Exact().named(ctx, id)
	if kind := fault.KindOf(err); err != nil && kind != fault.NotFound && kind != fault.Conflict {
		return incident.Incident{}, err
	}
	if len(edits) == 0 {
		return incident.Incident{}, fault.New(fault.Invalid, op, "nothing is to be changed: name a field, or a link")
	}
	if err != nil {
		return incident.Incident{}, err
	}
	// What is asked again is told by the request as it came: the incident may have
	// changed since, and with it what the request would be refused for.
	name := f.all[at].ID
	_, _, err = r.once(ctx, hand, []any{"edit", id, edits}, func() error {
		edits = slices.Clone(edits)
		for i := range edits {
			if edits[i], err = r.fit(ctx, hand, f, at, edits[i]); err != nil {
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

// fit completes an edit of the incident at a place and holds it against what there
// is.
func (r *Store) fit(ctx context.Context, hand incident.Hand, f folded, at int, e incident.Edit) (incident.Edit, error) {
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
	switch {
	case e.Action == incident.Merge:
		var err error
		e.Refs, err = fitMerge(f, at, e.Refs)
		return e, err
	case e.Action == incident.Split:
		var err error
		e.Refs, err = fitSplit(in, e.Refs)
		return e, err
	case e.Action == incident.Link && e.Field == "postmortem":
		there, err := r.opt.Documents.Has(ctx, e.Value)
		if err == nil && !there {
			err = fault.Newf(fault.Invalid, "register.Edit", "there is no published document with the id %.80q", e.Value).In("id")
		}
		return e, err
	}
	return e, nil
}

// fitMerge gives the incidents that refs name, each by a name of its own; each must
// be another one.
func fitMerge(f folded, into int, refs []string) (own []string, err error) {
	for _, ref := range refs {
		at, err := f.find(ref)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return nil, fault.Newf(fault.NotFound, "register.Edit", "there is no incident called %.80q", ref).In("refs")
		case err != nil:
			return nil, fault.New(fault.Conflict, "register.Edit", fault.Message(err)).In("refs")
		case at == into:
			return nil, fault.Newf(fault.Invalid, "register.Edit", "%.80q is a name of this incident already", ref).In("refs")
		}
		own = append(own, f.own(at))
	}
	return own, nil
}

// fitSplit gives the voices of the incident that refs name, by their whole names: of
// a 17 that another tracker has too nothing is meant. They leave it one.
func fitSplit(in incident.Incident, refs []string) (whole []string, err error) {
	for _, ref := range refs {
		known := false
		for _, v := range in.Voices {
			if ref == v.Source+":"+v.Ref || ref == v.Ref {
				whole, known = append(whole, v.Source+":"+v.Ref), true
			}
		}
		if !known {
			return nil, fault.Newf(fault.Invalid, "register.Edit", "%.80q is no source of this incident; a source is named as in pagerduty:PX81", ref).In("refs")
		}
	}
	slices.Sort(whole)
	if whole = slices.Compact(whole); len(whole) >= len(in.Voices) {
		return nil, fault.New(fault.Invalid, "register.Edit", "one source at least stays: an incident is what sources say of it").In("refs")
	}
	return whole, nil
}
