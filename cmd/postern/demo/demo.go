// Package demo owns the sample content of `postern serve --demo`: the knowledge
// repository of Meridian, an invented shop with payments and logistics in three
// regions. It is a folder of ordinary files, laid out as any knowledge
// repository is:
//
//	knowledge/postmortems/YEAR/DATE-NAME.md   what went wrong, and why
//	knowledge/runbooks/ALERTNAME.md           what to do when the alert fires
//	knowledge/{frameworks,guides,standards,drills,training}/NAME.md
//	knowledge/services/NAME.yaml              OpenSLO v1, kind Service
//	knowledge/slos/SERVICE.yaml               OpenSLO v1, kind SLO; counts come by the ndjson feed
//	knowledge/images/NAME.svg, README.md, glossary.md
//
// The package only holds the files. The caller commits and pushes them, so that
// the demonstration takes the same way in as everybody's documents.
package demo

import (
	"embed"
	"io/fs"
)

//go:embed all:knowledge
var files embed.FS

// FS is the work tree of the sample repository; its root is the repository's.
func FS() fs.FS {
	tree, err := fs.Sub(files, "knowledge")
	if err != nil { // only for a path that is not valid, and this one is a constant
		return files
	}
	return tree
}
