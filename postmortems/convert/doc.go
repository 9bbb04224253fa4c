// Package convert owns the importers: pure functions that turn the files of other
// tools into documents of a knowledge repository.
//
//	source file -> Importer of the format -> documents (front matter | body)
//	            -> placed in a folder, names made unique -> files, sorted by path
//
// Whatever has no place in our front matter is told in a Finding or kept in the
// body: no text is lost. Nothing here touches files, so the caller decides what
// is read and what is overwritten. The same input gives the same output, so that
// a second import changes only what changed at its source.
package convert

import (
	"strconv"

	"github.com/postern/postern/postmortems"
)

// File is one file. Path is relative, with forward slashes: below the imported
// folder for a source, below the knowledge repository for a result.
type File struct {
	Path string
	Data []byte
}

// Finding is something the author should know about one source file.
type Finding struct {
	Path    string // of the source
	Line    int    // 1-based; 0: the file as a whole
	Message string // what was left out or changed, and why; one line
}

// String is the finding as a command prints it.
func (f Finding) String() string {
	place := f.Path
	if f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line)
	}
	return postmortems.Printable(place + ": " + f.Message)
}

// Importer converts one source file. It never fails: what it cannot read becomes
// text or a Finding.
type Importer func(path string, src []byte) ([]File, []Finding)

// format is one known format.
type format struct {
	name   string
	run    Importer
	ext    []string // extensions it reads, lower case
	folder string   // default folder of its documents; "": paths are whole already
	files  bool     // images beside the documents come along
}

func formats() []format {
	markdown := []string{".md", ".markdown"}
	return []format{
		{name: "icco", run: fromIcco, ext: markdown},
		{name: "danluu", run: fromDanluu, ext: markdown},
		{name: "morgue-csv", run: fromMorgue, ext: []string{".csv"}},
		{name: "hugo", run: fromHugo, ext: markdown, files: true},
		{name: "plain", run: fromPlain, ext: markdown, folder: postmortems.Postmortem.Folder(), files: true},
	}
}

// Formats are the names of the known formats, in the order they are listed.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}
