package checks

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
)

// maxPixels bounds what a browser must decode: 40 megapixels take 160 MB of memory.
const maxPixels = 40_000_000

// Sizes bound files, in bytes. They come from the settings of the portal. Zero allows
// only empty files.
type Sizes struct {
	Document   int64 // Markdown and YAML
	Attachment int64 // everything else
}

// Most returns the largest size of the file at path, in bytes.
func (s Sizes) Most(file string) int64 {
	switch extension(file) {
	case "md", "markdown", "yaml", "yml":
		return s.Document
	}
	return s.Attachment
}

// CheckSize returns a problem when a file has more bytes than sizes allow. The size is
// that of the content, not of the compressed object.
func CheckSize(file string, size int64, sizes Sizes) (p postmortems.Problem, bad bool) {
	most := sizes.Most(file)
	if size <= most {
		return p, false
	}
	return problem(file, RuleFileSize, "the file has %d bytes; %d are allowed here: split it, scale it down, or link to it elsewhere",
		size, most), true
}

// extension returns the extension of a file, in lower case and without its dot.
func extension(file string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(file), "."))
}

// pictureTypes are the extensions of pictures; storedTypes those of all files that are
// stored. Package web decides how each is served (HTML and SVG never run).
const (
	pictureTypes = "png jpg jpeg gif webp"
	storedTypes  = "md markdown yaml yml json csv txt log sql sh html puml mmd svg pdf " + pictureTypes
)

// checkExtension returns why a file of this name is not stored, "" when it is: the
// name must promise something that can be shown, searched or served safely. Dotfiles
// are for other tools and never served. A name without extension is plain text by
// convention when in capitals (LICENSE, CODEOWNERS); a document that merely lacks its
// extension would never be shown.
func checkExtension(file, ext string) string {
	base := path.Base(file)
	switch {
	// Names by convention first: they have no extension and are common beside runbooks.
	case slices.Contains(strings.Fields(storedTypes), ext), base == "Makefile", base == "Dockerfile":
		return ""
	case strings.HasPrefix(file, "."), strings.Contains(file, "/."):
		return ""
	case strings.Trim(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "":
		return ""
	case ext == "":
		return "the name has no extension, so its type is unknown; name it .md if it is a document"
	}
	return fmt.Sprintf("files with the extension %q are not stored; name it .md if it is a document, or link to it elsewhere", ext)
}

// CheckContent checks the content of a file by the format that its name promises.
func CheckContent(file string, data []byte) []postmortems.Problem {
	return NewContent(data).Check(file)
}

// Content is a content that several files of one push share. It is checked once for
// each extension, however many files there are. A Content is used by one goroutine:
// known is not guarded.
type Content struct {
	data  []byte
	known map[string][]postmortems.Problem // found problems by extension
}

// NewContent returns a Content that retains data.
func NewContent(data []byte) *Content {
	return &Content{data: data, known: map[string][]postmortems.Problem{}}
}

// Check checks the content by the name of one file that has it. The path of each
// returned problem is file, and the slice belongs to the caller. The extension is
// checked for every file, because the problem quotes the name.
func (c *Content) Check(file string) []postmortems.Problem {
	key, check := extension(file), checkTyped
	// The name is folded, because git finds .GitAttributes too on a file system without
	// case.
	if Fold(path.Base(file)) == ".gitattributes" {
		key, check = ".gitattributes", checkAttributes
	} else if wrong := checkExtension(file, key); wrong != "" {
		return []postmortems.Problem{problem(file, RuleFileType, "%s (stored are %s)", wrong, storedTypes)}
	}
	found, ok := c.known[key]
	if !ok {
		found = check(file, c.data)
		c.known[key] = found
	}
	found = slices.Clone(found)
	for i := range found {
		found[i].Path = file
	}
	return found
}

// checkTyped checks a content by the extension of a file. It returns at most one
// problem, the first of: a pointer of Git LFS, a picture or PDF that is none, a picture
// or PDF under another name, binary data, text that is not UTF-8.
func checkTyped(file string, data []byte) []postmortems.Problem {
	ext := extension(file)
	switch is := magic(data); {
	case bytes.HasPrefix(data, []byte("version https://git-lfs")):
		return []postmortems.Problem{problem(file, RuleFileType,
			"the file is a pointer of Git LFS, whose files never reach this portal; add the file itself (git lfs migrate export)")}
	case slices.Contains(strings.Fields(pictureTypes), ext):
		return checkImage(file, strings.Replace(ext, "jpg", "jpeg", 1), data)
	case ext == "pdf":
		if is != "pdf" {
			return []postmortems.Problem{problem(file, RuleFileType, "the file is named .pdf and is not a PDF")}
		}
	case is != "":
		return []postmortems.Problem{problem(file, RuleFileType,
			"the content of the file is %s; rename it, with the extension .%s", strings.ToUpper(is), is)}
	case bytes.IndexByte(data, 0) >= 0:
		return []postmortems.Problem{problem(file, RuleFileType,
			"binary files of this kind are not stored (allowed: text, png, jpg, gif, webp, pdf); link to it elsewhere")}
	case !utf8.Valid(data):
		line, col := firstInvalid(data)
		p := problem(file, RuleFileType, "this is not UTF-8; save the file as UTF-8")
		p.Line, p.Col = line, col
		return []postmortems.Problem{p}
	}
	return nil
}

// magic returns the type of the stored binary formats by their first bytes, "" for all
// other contents. A WebP file begins with the length of its RIFF chunk between the two
// marks.
func magic(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "gif"
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return "webp"
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "pdf"
	}
	return ""
}

// checkImage checks that a picture has the format of its name, a readable header and no
// more than maxPixels. Only the header is decoded: the pixels of a hostile picture
// could take all memory of the server. kind is a value of magic.
func checkImage(file, kind string, data []byte) []postmortems.Problem {
	if is := magic(data); is != kind {
		if is == "" {
			is = "something else"
		}
		return []postmortems.Problem{problem(file, RuleFileType,
			"the file is named as %s and is %s; save it in the format of its name", strings.ToUpper(kind), is)}
	}
	var config image.Config
	var err error
	r := bytes.NewReader(data)
	switch kind {
	case "png":
		config, err = png.DecodeConfig(r)
	case "jpeg":
		config, err = jpeg.DecodeConfig(r)
	case "gif":
		config, err = gif.DecodeConfig(r)
	case "webp":
		config.Width, config.Height, err = webpSize(data)
	}
	switch {
	case err != nil || config.Width <= 0 || config.Height <= 0:
		return []postmortems.Problem{problem(file, RuleFileType, "the picture is damaged and cannot be shown; save it again")}
	case int64(config.Width)*int64(config.Height) > maxPixels:
		return []postmortems.Problem{problem(file, RuleImageSize,
			"the picture is %d by %d; at most 40 megapixels are allowed: scale it down", config.Width, config.Height)}
	}
	return nil
}

// firstInvalid returns the place of the first byte that is not UTF-8, 1-based, the
// column in runes. Data that is valid returns the place behind its end.
func firstInvalid(data []byte) (line, col int) {
	line, col = 1, 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			return line, col
		case r == '\n':
			line, col = line+1, 1
		default:
			col++
		}
		data = data[n:]
	}
	return line, col
}

// checkAttributes allows only the attributes that concern line ends. The first field of
// a line is the pattern of files; "[attr]name" in its place defines a macro, which
// could contain any attribute and is refused. One problem per line is enough: its
// author sees the whole line. "-text" and "!text" unset an attribute and are judged by
// its name.
func checkAttributes(file string, data []byte) []postmortems.Problem {
	var problems []postmortems.Problem
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		fields := strings.Fields(text)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		for i, attribute := range fields {
			name, _, _ := strings.Cut(strings.TrimLeft(attribute, "-!"), "=")
			if i == 0 && !strings.HasPrefix(name, "[attr]") || i > 0 && (name == "text" || name == "eol" || name == "binary") {
				continue
			}
			p := problem(file, RuleAttributes, "the attribute %q is not allowed; only text, eol and binary are", name)
			p.Line = n
			problems = append(problems, p)
			break
		}
	}
	return problems
}
