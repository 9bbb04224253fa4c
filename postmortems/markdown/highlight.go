package markdown

import (
	"bytes"
	stdhtml "html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// maxHighlighted is how many bytes of one code block are highlighted: longer blocks are
// logs or data, and lexers cost a thousand times more than copying.
const maxHighlighted = 64 << 10

// writeCode writes a code block, highlighted when its language is known. Every
// character of the code is written, escaped; highlighting only adds spans. tabindex
// lets readers scroll a wide block with the keyboard.
func writeCode(w util.BufWriter, source []byte, n ast.Node) {
	language := languageOf(n, source)
	code := codeText(n, source)
	class := ""
	if language != "" {
		class = ` class="language-` + stdhtml.EscapeString(language) + `"`
	}
	if language == "mermaid" {
		_, _ = w.WriteString(`<pre class="mermaid" tabindex="0"><code>` + stdhtml.EscapeString(code) + "</code></pre>\n")
		return
	}
	tokens := lex(language, code)
	if tokens == nil {
		_, _ = w.WriteString(`<pre class="code" tabindex="0"><code` + class + `>` + stdhtml.EscapeString(code) + "</code></pre>\n")
		return
	}
	_, _ = w.WriteString(`<pre class="chroma" tabindex="0"><code` + class + `>`)
	for _, t := range tokens {
		if class := tokenClass(t.Type); class != "" {
			_, _ = w.WriteString(`<span class="` + class + `">` + stdhtml.EscapeString(t.Value) + `</span>`)
		} else {
			_, _ = w.WriteString(stdhtml.EscapeString(t.Value))
		}
	}
	_, _ = w.WriteString("</code></pre>\n")
}

// languageOf returns the language of a fenced block in lower case: the first word of
// its info string, up to "{", "," or ":". It is "" for indented code, without an info
// string, or for a word that cannot be a class.
func languageOf(n ast.Node, source []byte) string {
	fenced, ok := n.(*ast.FencedCodeBlock)
	if !ok {
		return ""
	}
	language := strings.ToLower(decode(fenced.Language(source)))
	if i := strings.IndexAny(language, "{,:"); i >= 0 {
		language = language[:i]
	}
	if !policyCode.MatchString("language-" + language) {
		return ""
	}
	return language
}

// codeText returns the text of a code block. The line feed at its end is included.
func codeText(n ast.Node, source []byte) string {
	var b bytes.Buffer
	lines := n.Lines()
	for i := range lines.Len() {
		s := lines.At(i)
		b.Write(s.Value(source))
	}
	return b.String()
}

// lex splits code into tokens. It returns nil when the language is unknown or plain,
// the code is too long, or the lexer loses any of it. A lexer that loses text would
// show readers other code than the author wrote.
func lex(language, code string) []chroma.Token {
	if language == "" || len(code) > maxHighlighted {
		return nil
	}
	lexer := lexersByName()[languageAlias(language)]
	if lexer == nil {
		return nil
	}
	it, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: true}, code)
	if err != nil {
		return nil
	}
	tokens := it.Tokens()
	length := 0
	for _, t := range tokens {
		length += len(t.Value)
	}
	if length != len(code) {
		return nil
	}
	return tokens
}

// lexersByName maps names and aliases to lexers. chroma's own look-up also matches file
// name patterns, which takes milliseconds for every unknown word. Names win over
// aliases of other lexers.
var lexersByName = sync.OnceValue(func() map[string]chroma.Lexer {
	byName := map[string]chroma.Lexer{}
	for _, lexer := range lexers.GlobalLexerRegistry.Lexers {
		config := lexer.Config()
		if config.Name == "plaintext" {
			continue
		}
		for _, alias := range config.Aliases {
			byName[strings.ToLower(alias)] = lexer
		}
	}
	for _, lexer := range lexers.GlobalLexerRegistry.Lexers {
		if name := strings.ToLower(lexer.Config().Name); name != "plaintext" {
			byName[name] = lexer
		}
	}
	return byName
})

// languageAlias returns chroma's name for words that authors write.
func languageAlias(language string) string {
	switch language {
	case "shell", "sh", "zsh", "terminal":
		return "bash"
	case "yml":
		return "yaml"
	case "psql":
		return "postgresql"
	}
	return language
}

// tokenClass returns chroma's short class of a token, or of the nearest category that
// has one. Plain text has no class and needs no span.
func tokenClass(t chroma.TokenType) string {
	for _, kind := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if class, ok := chroma.StandardTypes[kind]; ok {
			if kind == chroma.Text || kind == chroma.Background {
				return ""
			}
			return class
		}
	}
	return ""
}
