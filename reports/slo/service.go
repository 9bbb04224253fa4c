package slo

// Service is one service of the organisation.
type Service struct {
	Name        string // RFC 1123 label, the key everywhere
	Title       string // display name; Name when none is given
	Description string
	Team        string
	Owner       string // a person or a rota; Team when none is given
	Tier        string
	OnCallZone  string   // IANA zone in which night pages are counted; "" for the report's
	DependsOn   []string // names of services
	Databases   []string // schema or database names whose slow statements it owns
	Labels      map[string][]string
	Path        string // file in the repository
}
