package checks

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// picture returns a picture of 3 by 2 pixels.
func picture(t *testing.T, kind string) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webp returns the header of an extended WebP file.
func webp(width, height int) string {
	le := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16)}) }
	return "RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + le(width-1) + le(height-1)
}

func TestCheckContent(t *testing.T) {
	huge := picture(t, "png")
	copy(huge[16:], "\x00\x00\x40\x00\x00\x00\x40\x00") // 16,384 by 16,384
	fixCRC(huge)
	for _, c := range []struct{ file, data, rule, want string }{
		{"a.md", "# 库\n", "", ""},
		{"LICENSE", "text", "", ""},
		{"EMPTY", "", "", ""},
		{"docs/LICENSE-MIT", "text", "", ""},
		{"Makefile", "all:", "", ""},
		{".gitignore", "*.tmp", "", ""},
		{".husky/pre-commit", "lint", "", ""},
		{"page.html.md.erb", "text", RuleFileType, "erb"},
		{"PM2022-009 - Bad image", "text", RuleFileType, "no extension"},
		{"a.\x1b[31m", "text", RuleFileType, "not stored"},
		{".DS_Store", "\x00\x01", RuleFileType, "binary files"},
		{"a.png", "version https://git-lfs.github.com/spec/v1\n", RuleFileType, "Git LFS"},
		{".GitAttributes", "* ident", RuleAttributes, "ident"},
		{"a.svg", "<svg/>", "", ""},
		{"a.png", string(picture(t, "png")), "", ""},
		{"a.JPG", string(picture(t, "jpeg")), "", ""},
		{"a.jpeg", string(picture(t, "jpeg")), "", ""},
		{"a.gif", string(picture(t, "gif")), "", ""},
		{"a.webp", webp(800, 600), "", ""},
		{"a.pdf", "%PDF-1.7\n\x00", "", ""},
		{"a.md", "ab\nc\xffd", RuleFileType, "not UTF-8"},
		{"a.md", "ab\x00", RuleFileType, "binary files"},
		{"a.exe", "MZ\x00\x01", RuleFileType, "\"exe\""},
		{"a.png", string(picture(t, "gif")), RuleFileType, "named as PNG and is gif"},
		{"a.png", "<script>", RuleFileType, "something else"},
		{"a.png", "\x89PNG\r\n\x1a\n", RuleFileType, "damaged"},
		{"a.webp", "RIFF\x1e\x00\x00\x00WEBPVP9 ", RuleFileType, "damaged"},
		{"a.md", string(picture(t, "png")), RuleFileType, "of the file is PNG"},
		{"a.pdf", "hello", RuleFileType, "not a PDF"},
		{"a.png", string(huge), RuleImageSize, "16384 by 16384"},
		{"a.webp", webp(16000, 16000), RuleImageSize, "16000 by 16000"},
		{".gitattributes", "# x\n\n*.md text eol=lf\n*.png binary\n*.x -text !eol\n", "", ""},
		{"a/.gitattributes", "*.md text\n*.md filter=evil", RuleAttributes, `"filter"`},
		{".gitattributes", "[attr]x diff=evil", RuleAttributes, ""},
	} {
		got := CheckContent(c.file, []byte(c.data))
		switch {
		case c.rule == "" && len(got) > 0:
			t.Errorf("%s is refused: %v", c.file, got)
		case c.rule != "" && (len(got) != 1 || got[0].Rule != c.rule || !strings.Contains(got[0].Message, c.want)):
			t.Errorf("%s %.20q: %v, want %s %q", c.file, c.data, got, c.rule, c.want)
		}
	}
	if p := CheckContent("a.md", []byte("ab\n库\xff"))[0]; p.Line != 2 || p.Col != 2 {
		t.Errorf("not UTF-8 at %d:%d", p.Line, p.Col)
	}
}

// fixCRC updates the checksum of a PNG's header.
func fixCRC(data []byte) {
	crc := ^uint32(0)
	for _, b := range data[12:29] {
		crc ^= uint32(b)
		for range 8 {
			crc = crc>>1 ^ 0xedb88320&-(crc&1)
		}
	}
	crc = ^crc
	copy(data[29:], []byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
}

func TestSizesOfWebP(t *testing.T) {
	for name, data := range map[string]string{
		"lossy":    "RIFF....WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\x20\x03\x58\x02",
		"lossless": "RIFF....WEBPVP8L\x00\x00\x00\x00\x2f\x1f\xc3\x95\x00\x00\x00\x00\x00\x00",
		"extended": webp(800, 600),
	} {
		if w, h, err := webpSize([]byte(data)); err != nil || w != 800 || h != 600 {
			t.Errorf("%s: %d by %d, %v", name, w, h, err)
		}
	}
}

func TestCheckSize(t *testing.T) {
	sizes := Sizes{Document: 10, Attachment: 20}
	for _, c := range []struct {
		file string
		size int64
		bad  bool
	}{{"a.md", 10, false}, {"a.MD", 11, true}, {"a.yml", 11, true}, {"a.png", 11, false}, {"a.png", 21, true}, {"LICENSE", 20, false}} {
		if p, bad := CheckSize(c.file, c.size, sizes); bad != c.bad {
			t.Errorf("%s of %d: %t %v", c.file, c.size, bad, p)
		}
	}
}

func FuzzCheckContent(f *testing.F) {
	f.Add("a.png", []byte("\x89PNG\r\n\x1a\n"))
	f.Add("a.webp", []byte(webp(3, 4)))
	f.Add(".gitattributes", []byte("* text\n* filter=x"))
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		for _, p := range CheckContent(file, data) {
			if p.Rule == "" || p.Message == "" || p.String() != postmortems.Printable(p.String()) {
				t.Fatalf("%+v", p)
			}
		}
	})
}
