package convert

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// Run converts the files of a source. Documents that are not in the folder of a kind go
// to folder; "" means the format's default. The results are sorted by path, and every
// path is unique, even without regard to case. An unknown format is a fault of kind
// Unsupported, a folder that cannot contain documents one of kind Invalid. sources are
// not changed. Findings are in the order of the sources' paths. Sources of the same
// path are converted in the given order.
func Run(name, folder string, sources []File) ([]File, []Finding, error) {
	at := slices.IndexFunc(formats(), func(f format) bool { return f.name == name })
	if at < 0 {
		return nil, nil, fault.Newf(fault.Unsupported, "convert.Run",
			"%q is not a format that can be imported; known are %s", name, strings.Join(Formats(), ", "))
	}
	b := batch{format: formats()[at], taken: map[string]bool{}}
	if folder != "" {
		b.folder = safePath(folder)
		if _, ok := postmortems.KindOf(b.folder + "/x.md"); !ok {
			return nil, nil, fault.Newf(fault.Invalid, "convert.Run", "%q is not a folder for documents", folder)
		}
	}
	// Sorting first makes the suffixes of equal names independent of the order in which
	// the caller read the folder.
	ordered := slices.Clone(sources)
	slices.SortStableFunc(ordered, byPath)
	for _, src := range ordered {
		b.add(src)
	}
	slices.SortFunc(b.files, byPath)
	return b.files, b.findings, nil
}

// byPath compares files by path.
func byPath(a, b File) int { return strings.Compare(a.Path, b.Path) }

// batch collects the results of many sources.
type batch struct {
	format
	taken    map[string]bool // paths in lower case
	files    []File
	findings []Finding
}

// add converts one source, or copies it if it is an image. Any other file is reported
// and left out: the caller passes all files of a folder.
func (b *batch) add(src File) {
	switch ext := strings.ToLower(path.Ext(src.Path)); {
	case slices.Contains(b.ext, ext):
		files, findings := b.run(src.Path, src.Data)
		b.findings = append(b.findings, findings...)
		for _, f := range files {
			b.place(src.Path, f)
		}
	case b.format.files && slices.Contains(imageTypes(), ext):
		b.place(src.Path, File{Path: safePath(trimContent(src.Path)), Data: src.Data})
	default:
		b.findings = append(b.findings, Finding{Path: src.Path,
			Message: "left out: " + b.name + " reads " + strings.Join(b.ext, ", ")})
	}
}

// imageTypes returns the extensions of the files that documents embed.
func imageTypes() []string {
	return []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
}

// place puts a file into its folder under a name that is not yet taken. The suffix is
// -2, -3 and so on before the extension. Names are compared without case, because they
// would be one file on a Mac or on Windows. For formats whose documents link to each
// other a renaming is reported: the links were adapted to the name without a suffix.
func (b *batch) place(source string, f File) {
	f.Path = inFolder(b.folder, f.Path)
	ext := path.Ext(f.Path)
	stem := strings.TrimSuffix(f.Path, ext)
	for n := 2; b.taken[strings.ToLower(f.Path)]; n++ {
		f.Path = stem + "-" + strconv.Itoa(n) + ext
	}
	if want := stem + ext; f.Path != want && b.format.files {
		b.findings = append(b.findings, Finding{Path: source,
			Message: want + " is the name of another file: this one was renamed to " + f.Path + "; check the links to it"})
	}
	b.taken[strings.ToLower(f.Path)] = true
	b.files = append(b.files, f)
}

// inFolder places a path below a folder unless it is in the folder of a kind. Without a
// folder it is unchanged, except that a path which cannot be a document goes to the
// guides. p is a safe path. Files directly in the root stay there.
func inFolder(folder, p string) string {
	first, _, deep := strings.Cut(p, "/")
	known := slices.ContainsFunc(postmortems.Kinds(), func(k postmortems.Kind) bool { return k.Folder() == first })
	if deep && known {
		return p
	}
	if folder == "" {
		if _, ok := postmortems.KindOf(path.Dir(p) + "/x.md"); ok || !deep {
			return p
		}
		folder = postmortems.Guide.Folder()
	}
	return path.Join(folder, p)
}
