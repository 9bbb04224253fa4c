package page

import (
	"net/http"
	"strings"
)

// loginView is the form that takes a token.
type loginView struct {
	Frame
	Next    string // where to go after it, a path of this portal
	Problem string
	Writes  bool // anyone may read: the token is needed for writing
}

// ShowLogin answers with the form that takes a token. next is the address to return to;
// problem explains why the form is shown again, "" for the first time.
func (k *Kit) ShowLogin(r *Request, status int, problem, next string) error {
	view := loginView{Frame: k.Frame(), Problem: problem, Next: next, Writes: k.opt.OpenReading}
	view.Title, view.LoggedIn = k.Text("login.title"), false
	r.Writer.Header().Set("Cache-Control", "no-store")
	return k.Show(r, status, "login", view)
}

// returnTo returns the address of the page that needs a login.
func returnTo(r *Request) string {
	if r.Method != http.MethodGet {
		return "/"
	}
	next := r.URL.EscapedPath()
	if q := r.URL.RawQuery; q != "" {
		next += "?" + q
	}
	return LocalPath(next)
}

// LocalPath returns the path if it leads to a page of this portal, and "/" otherwise: a
// form must not send its reader to another site. Browsers read \ as /, and drop
// control characters.
func LocalPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\t\r\n") || len(p) > MaxPath {
		return "/"
	}
	return p
}
