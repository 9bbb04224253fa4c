package templates

import (
	"embed"
	"fmt"
	"html/template"
)

//go:embed mail/*.html
var mails embed.FS

// Mail reads the template of one mail, mail/NAME.html. A mail is a document of
// its own: it shares nothing with the pages, carries its styles with it, and must
// not depend on the reader's connection.
func Mail(name string, funcs template.FuncMap) (*template.Template, error) {
	t, err := template.New(name+".html").Funcs(funcs).ParseFS(mails, "mail/"+name+".html")
	if err != nil {
		return nil, fmt.Errorf("templates: mail %s: %w", name, err)
	}
	return t, nil
}
