package gitrepo

import (
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
)

// Rules returns the rules that apply to every pushed file, whatever its kind.
func Rules() []postmortems.Rule { return checks.Rules() }
