package documents

import (
	"cmp"
	"context"
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/slo"
)

// servicesView lists the services: those that are defined, and those that
// documents alone name.
type servicesView struct {
	page.Frame
	Services []serviceRow
}

// serviceRow is one service of the list. SLOs and Missed are 0 without a Board. Defined
// is false for a service that documents alone name.
type serviceRow struct {
	Name, Title, Owner, Tier string
	Documents                int
	SLOs, Missed             int
	Defined                  bool
}

// serviceFacts are what is known of a service besides its documents.
type serviceFacts struct {
	Name               string
	Defined            bool
	Title, Description string
	Owner, Team, Tier  string
	OnCallZone, Path   string
	Databases          []string
	DependsOn          []dependency
	DependedOn         []string
	SLOs               []sloparts.Row
}

// dependency is a service that another one needs, and how many SLOs of it are missed: a
// missed SLO there affects the other service as well.
type dependency struct {
	Name         string
	SLOs, Missed int
}

// services lists the services that are defined and those that documents name. The list is
// sorted by name and is not cut, as services are few.
func (h *Handler) services(req *page.Request) error {
	ctx := req.Context()
	counts, err := h.deps.Library.Counts(ctx, "service", library.Filter{})
	if err != nil {
		return err
	}
	known, err := h.directory(ctx)
	if err != nil {
		return err
	}
	rows := map[string]*serviceRow{}
	for _, n := range counts {
		rows[n.Value] = &serviceRow{Name: n.Value, Documents: n.N}
	}
	for _, x := range known {
		row := rows[x.Name]
		if row == nil {
			row = &serviceRow{Name: x.Name}
			rows[x.Name] = row
		}
		row.Title, row.Owner, row.Tier, row.Defined = x.Title, x.Owner, x.Tier, true
	}
	if err := h.countObjectives(ctx, rows); err != nil {
		return err
	}
	view := servicesView{Frame: h.Frame()}
	for _, row := range rows {
		view.Services = append(view.Services, *row)
	}
	slices.SortFunc(view.Services, func(a, b serviceRow) int { return cmp.Compare(a.Name, b.Name) })
	view.Title, view.Section = "Services", "/services"
	return h.Show(req, 200, "services", view)
}

// directory returns the defined services, none without a directory.
func (h *Handler) directory(ctx context.Context) ([]slo.Service, error) {
	if h.deps.Services == nil {
		return nil, nil
	}
	return h.deps.Services.Services(ctx)
}

// countObjectives counts the SLOs of each row and how many are missed. SLOs of services
// that are not in rows are ignored. A missed SLO is one with a verdict; one without data
// is not.
func (h *Handler) countObjectives(ctx context.Context, rows map[string]*serviceRow) error {
	if h.deps.Board == nil {
		return nil
	}
	all, err := h.deps.Board.Rows(ctx)
	for _, r := range all {
		row := rows[r.SLO.Service]
		if row == nil {
			continue
		}
		if row.SLOs++; r.Result.Met != nil && !*r.Result.Met {
			row.Missed++
		}
	}
	return err
}

// service shows one service: its owner, its dependencies, its SLOs, and every document
// that names it. It fails with fault.NotFound for a name that neither a definition, a
// document nor an SLO has.
func (h *Handler) service(req *page.Request) error {
	ctx, name := req.Context(), req.PathValue("*")
	facts, err := h.serviceFacts(ctx, name)
	if err != nil {
		return err
	}
	counts, err := h.deps.Library.Counts(ctx, "service", library.Filter{})
	if err != nil {
		return err
	}
	documents := slices.ContainsFunc(counts, func(n library.Count) bool { return n.Value == name })
	if !documents && !facts.Defined && len(facts.SLOs) == 0 {
		return fault.Newf(fault.NotFound, "web", "nothing is known of a service %q", name)
	}
	view := listView{Frame: h.Frame(), Heading: name, What: h.Text("service.documents_note"), Known: &facts}
	if facts.Title != "" && facts.Title != name {
		view.Heading = facts.Title
	}
	view.Title, view.Section = view.Heading, "/services"
	view, err = h.fillList(req, view, library.Filter{Service: name})
	if err != nil {
		return err
	}
	return h.Show(req, 200, "list", view)
}

// serviceFacts returns what definitions and SLOs state about a service. DependedOn is the
// reverse of the dependencies of all other services.
func (h *Handler) serviceFacts(ctx context.Context, name string) (f serviceFacts, err error) {
	f.Name = name
	known, err := h.directory(ctx)
	if err != nil {
		return f, err
	}
	for _, x := range known {
		if slices.Contains(x.DependsOn, name) {
			f.DependedOn = append(f.DependedOn, x.Name)
		}
		if x.Name != name {
			continue
		}
		f.Defined, f.Title, f.Description, f.Owner, f.Team, f.Tier = true, x.Title, x.Description, x.Owner, x.Team, x.Tier
		f.OnCallZone, f.Path, f.Databases, f.DependsOn = x.OnCallZone, x.Path, x.Databases, dependenciesOf(x)
	}
	if h.deps.Board == nil {
		return f, nil
	}
	rows, err := h.deps.Board.Rows(ctx)
	if err != nil {
		return f, err
	}
	for _, r := range rows {
		if r.SLO.Service == name {
			f.SLOs = append(f.SLOs, sloparts.NewRow(h.Kit, r))
		}
		for i := range f.DependsOn {
			if d := &f.DependsOn[i]; r.SLO.Service == d.Name {
				if d.SLOs++; r.Result.Met != nil && !*r.Result.Met {
					d.Missed++
				}
			}
		}
	}
	return f, nil
}

// dependenciesOf returns the dependencies of a service without their counts.
func dependenciesOf(x slo.Service) (out []dependency) {
	for _, name := range x.DependsOn {
		out = append(out, dependency{Name: name})
	}
	return out
}
