package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// tokenJSON is a token on the wire; absent times are null.
type tokenJSON struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Role     auth.Role  `json:"role"`
	Created  time.Time  `json:"created_at"`
	Expires  *time.Time `json:"expires_at"`
	Revoked  *time.Time `json:"revoked_at"`
	LastUsed *time.Time `json:"last_used_at"`
	Sources  []string   `json:"sources"` // that a feeder is bound to; empty: it is not
}

func tokenOf(t auth.Token) tokenJSON {
	sources := append([]string{}, t.Sources...) // never null
	return tokenJSON{t.ID, t.Name, t.Role, t.Created.UTC(), instantOrNull(t.Expires), instantOrNull(t.Revoked), instantOrNull(t.LastUsed), sources}
}

// instantOrNull is a time on the wire: UTC, and null when it is not known.
func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

func (s *Server) tokenList(c echo.Context) error {
	all, err := s.deps.Admin.Tokens(c.Request().Context())
	if err != nil {
		return err
	}
	out := make([]tokenJSON, 0, len(all))
	for _, t := range all {
		out = append(out, tokenOf(t))
	}
	return writeJSON(c, http.StatusOK, map[string]any{"tokens": out})
}

// tokenCreate takes {"name","role","expires_at","sources"} and answers
// {"secret","token"}: the secret is told this once.
func (s *Server) tokenCreate(c echo.Context) error {
	var in struct {
		Name    string     `json:"name"`
		Role    auth.Role  `json:"role"`
		Expires *time.Time `json:"expires_at"`
		Sources []string   `json:"sources"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	grant := auth.Grant{Name: in.Name, Role: in.Role, Sources: in.Sources}
	if in.Expires != nil {
		grant.Expires = *in.Expires
	}
	secret, t, err := s.deps.Admin.CreateToken(c.Request().Context(), grant)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusCreated, map[string]any{"secret": secret, "token": tokenOf(t)})
}

func (s *Server) tokenRevoke(c echo.Context) error {
	if err := s.deps.Admin.RevokeToken(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// failureTrailer says why a stream that had begun has failed, to a client that asked
// for trailers.
const failureTrailer = "Postern-Failure"

// backup streams one backup. A client that takes trailers receives the reason of a
// failure in its middle; for any other the connection breaks, so that half a backup is
// never taken for a whole one.
func (s *Server) backup(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="postern.backup"`)
	h.Set("Cache-Control", "no-store")
	trailers := c.Request().Header.Get("TE") == "trailers"
	if trailers {
		h.Set("Trailer", failureTrailer)
	}
	err := s.deps.Admin.Backup(c.Request().Context(), s.slowWriter(c))
	if err != nil && !c.Response().Committed {
		h.Del("Trailer")
	}
	if err == nil || !trailers || !c.Response().Committed {
		return err
	}
	visitOf(c).err = err
	h.Set(failureTrailer, fault.Message(err))
	return nil
}

// check answers {"ok","findings"}.
func (s *Server) check(c echo.Context) error {
	s.slowWriter(c)
	findings, err := s.deps.Admin.Check(c.Request().Context())
	if err != nil {
		return err
	}
	if findings == nil {
		findings = []string{}
	}
	return writeJSON(c, http.StatusOK, map[string]any{"ok": len(findings) == 0, "findings": findings})
}

func (s *Server) reindex(c echo.Context) error {
	if err := s.deps.Admin.Reindex(c.Request().Context()); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// importGit takes {"repo"} and answers lines of JSON while it works:
// {"line":"…"} for progress, then {"done":true} or {"error":"…"}.
func (s *Server) importGit(c echo.Context) error {
	var in struct {
		Repo string `json:"repo"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if in.Repo == "" {
		return fault.New(fault.Invalid, "web.import", "repo must name a repository on the server's machine")
	}
	w := s.slowWriter(c)
	c.Response().Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	tell := func(v any) {
		_ = out.Encode(v) // the client may have left; the import goes on to its end
		c.Response().Flush()
	}
	err := s.deps.Admin.ImportGit(c.Request().Context(), in.Repo, visitOf(c).who, func(line string) {
		tell(map[string]string{"line": line})
	})
	if err != nil {
		visitOf(c).err = err
		tell(map[string]string{"error": fault.Message(err)})
		return nil
	}
	tell(map[string]bool{"done": true})
	return nil
}

// readJSON reads one small JSON object and nothing beside it.
func readJSON(c echo.Context, into any) error {
	d := json.NewDecoder(c.Request().Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if problem := problemOf(err); problem.Status == http.StatusRequestEntityTooLarge {
			return err
		}
		return fault.Wrap(fault.Invalid, "web.admin", "the body is not the JSON object that is asked for: "+jsonTrouble(err), err)
	}
	if d.More() {
		return fault.New(fault.Invalid, "web.admin", "the body holds more than one JSON object")
	}
	return nil
}

// jsonTrouble words what the sender can mend; other causes are not for them.
func jsonTrouble(err error) string {
	switch e := err.(type) {
	case *json.SyntaxError:
		return fmt.Sprintf("syntax at byte %d", e.Offset)
	case *json.UnmarshalTypeError:
		return "field " + e.Field + " takes a " + e.Type.String()
	}
	return "unknown field, or it ends too early"
}

// slowWriter lets an answer take longer than a page: each piece written moves
// the connection's deadlines, up to adminTimeout in all.
func (s *Server) slowWriter(c echo.Context) *slowWriter {
	// Deadlines of a connection are the machine's: not the injected clock's.
	w := &slowWriter{res: c.Response(), ctl: http.NewResponseController(c.Response()), end: time.Now().Add(adminTimeout)}
	// Some work before the first byte: it may take the whole time.
	_ = w.ctl.SetWriteDeadline(w.end) // a recorder has no deadlines
	_ = w.ctl.SetReadDeadline(w.end)
	return w
}

type slowWriter struct {
	res *echo.Response
	ctl *http.ResponseController
	end time.Time
}

// Write implements io.Writer.
func (w *slowWriter) Write(p []byte) (int, error) {
	next := time.Now().Add(adminStep)
	if next.After(w.end) {
		next = w.end
	}
	_ = w.ctl.SetWriteDeadline(next)
	n, err := w.res.Write(p)
	if err == nil {
		_ = w.ctl.SetWriteDeadline(w.end)
	}
	return n, err
}
