package gitrepo

import (
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/gate"
)

// Rules are the rules that hold for every pushed file whatever its kind.
func Rules() []postmortems.Rule { return gate.Rules() }
