package signals

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/reports/incident"
)

// names maps what sources call a service to the service: its name, a path
// or an address that ends in it ("/services/checkout"), or its title
// ("Checkout API"). Case does not matter. Unknown names stay as they are.
type names map[string]string

// names returns the names of all services.
func (r *Store) names(ctx context.Context) (names, error) {
	services, err := r.opt.Services.Services(ctx)
	if err != nil {
		return nil, err
	}
	n := names{}
	for _, s := range services {
		if title := strings.ToLower(s.Title); n[title] == "" {
			n[title] = s.Name
		}
	}
	for _, s := range services { // a name wins over another service's title
		n[strings.ToLower(s.Name)] = s.Name
	}
	return n, nil
}

// of returns the service that a source means. The exact name wins over a form with
// hyphens, and that over the last part of a path.
func (n names) of(said string) string {
	said = strings.TrimSpace(said)
	low := strings.ToLower(said)
	for _, form := range []string{low, strings.ReplaceAll(low, "_", "-"), low[strings.LastIndexByte(low, '/')+1:]} {
		if name := n[form]; name != "" && form != "" {
			return name
		}
	}
	return said
}

// all maps a list.
func (n names) all(said []string) []string {
	out := slices.Clone(said)
	for i := range out {
		out[i] = n.of(out[i])
	}
	return out
}

// voices maps the services of incident reports. The reports are copied, because their
// owners may cache them.
func (n names) voices(voices []incident.Record) []incident.Record {
	out := slices.Clone(voices)
	for i := range out {
		out[i].Services = n.all(out[i].Services)
	}
	return out
}
