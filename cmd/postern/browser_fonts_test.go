package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/font/gofont/gomono"
)

// fontRules leave a browser the fonts of one folder, and no font of the machine that the
// style sheet happens to name: what is measured on one machine is measured on all.
const fontRules = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>%s</dir>
<cachedir>%s</cachedir>
<alias binding="strong"><family>monospace</family><prefer><family>Go Mono</family></prefer></alias>
<match target="pattern"><edit name="family" mode="append_last"><string>WenQuanYi Micro Hei</string></edit></match>
<match target="font"><edit name="hinting" mode="assign"><bool>false</bool></edit></match>
</fontconfig>
`

// fontsOfTests writes the fonts and returns the variable by which a browser uses them.
// The face of the charts has Latin and Chinese characters.
func fontsOfTests(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fonts, rules := filepath.Join(dir, "fonts"), filepath.Join(dir, "fonts.conf")
	if err := os.Mkdir(fonts, 0o700); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{
		filepath.Join(fonts, "sans.ttf"): faceOfCharts(t), filepath.Join(fonts, "mono.ttf"): gomono.TTF,
		rules: fmt.Appendf(nil, fontRules, fonts, filepath.Join(dir, "cache")),
	} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "FONTCONFIG_FILE=" + rules
}

func faceOfCharts(t *testing.T) []byte {
	t.Helper()
	packed, err := os.Open(filepath.Join("..", "..", "reports", "chart", "face", "postern-sans.ttf.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = packed.Close() }()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
