// Package demo owns the sample content of `postern serve --demo`: the knowledge
// repository of Meridian, an invented shop with payments and logistics in three
// regions. It is a folder of ordinary files, laid out as any knowledge
// repository is:
//
//	knowledge/postmortems/YEAR/DATE-NAME.md   what went wrong, and why
//	knowledge/runbooks/ALERTNAME.md           what to do when the alert fires
//	knowledge/{frameworks,guides,standards,drills,training}/NAME.md
//	knowledge/services/NAME.yaml              OpenSLO v1, kind Service
//	knowledge/slos/SERVICE.yaml               OpenSLO v1, kind SLO; counted by NDJSON
//	knowledge/images/NAME.svg, README.md, glossary.md
//
// The files are committed and pushed with git, and the feeds posted over HTTP, so that
// the demo uses the same paths as authors and sources do.
package demo

import (
	"embed"
	"io/fs"
)

//go:embed all:knowledge
var files embed.FS

// FS returns the working tree of the sample repository. Paths are slash-separated and
// relative to the root of the repository, such as "runbooks/KafkaConsumerLag.md".
func FS() fs.FS {
	tree, err := fs.Sub(files, "knowledge")
	if err != nil { // unreachable: the path is a valid constant
		return files
	}
	return tree
}
