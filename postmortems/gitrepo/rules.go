package gitrepo

import (
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
)

// Rules are the rules that hold for every pushed file whatever its kind.
func Rules() []postmortems.Rule { return checks.Rules() }
