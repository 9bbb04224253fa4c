package convert

import (
	"strconv"

	"github.com/postern/postern/postmortems"
)

// File is one file. Path is relative, with forward slashes: below the imported
// folder for a source, below the knowledge repository for a result. Data is not changed
// by an importer.
type File struct {
	Path string
	Data []byte
}

// Finding is a remark for the author about one source file.
type Finding struct {
	Path    string // of the source
	Line    int    // 1-based; 0: the file as a whole
	Message string // what was omitted or changed, and why; one line
}

// String returns the finding as commands print it.
func (f Finding) String() string {
	place := f.Path
	if f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line)
	}
	return postmortems.Printable(place + ": " + f.Message)
}

// Importer converts one source file. It does not fail: what it cannot parse becomes
// text or a Finding. path is the source's own path, which may hold names that the
// repository does not accept: safePath corrects them. The paths of the results need not
// be unique; Run renames duplicates.
type Importer func(path string, src []byte) ([]File, []Finding)

// format is one supported format. A new format is a row of formats and an Importer; the
// command's help, the API and the errors of Run read the same list.
type format struct {
	name   string
	run    Importer
	ext    []string // extensions it reads, in lower case
	folder string   // default folder of its documents; "": paths include the folder
	files  bool     // images beside the documents are copied
}

// formats returns the supported formats in the order of the documentation. The paths of
// icco, danluu and morgue-csv include a folder below postmortems.
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

// Formats returns the names of the supported formats.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}
