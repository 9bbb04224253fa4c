package web

import "github.com/postern/postern/portal/web/page"

// Routes returns the route table.
func (s *Server) Routes() []page.Route { return s.routes }
