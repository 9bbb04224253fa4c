package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// tokenJSON is a token as JSON; absent times are null.
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

// tokenOf returns a token as JSON.
func tokenOf(t auth.Token) tokenJSON {
	sources := append([]string{}, t.Sources...) // never null
	return tokenJSON{t.ID, t.Name, t.Role, t.Created.UTC(), page.TimeOrNull(t.Expires), page.TimeOrNull(t.Revoked),
		page.TimeOrNull(t.LastUsed), sources}
}

// tokenList answers {"tokens":[…]}, without secrets.
func (s *Server) tokenList(req *page.Request) error {
	all, err := s.deps.Admin.Tokens(req.Context())
	if err != nil {
		return err
	}
	out := make([]tokenJSON, 0, len(all))
	for _, t := range all {
		out = append(out, tokenOf(t))
	}
	return req.JSON(http.StatusOK, map[string]any{"tokens": out})
}

// tokenCreate accepts {"name","role","expires_at","sources"} and answers
// {"secret","token"}. The secret is stored as a hash and is sent this once.
func (s *Server) tokenCreate(req *page.Request) error {
	var in struct {
		Name    string     `json:"name"`
		Role    auth.Role  `json:"role"`
		Expires *time.Time `json:"expires_at"`
		Sources []string   `json:"sources"`
	}
	if err := req.ReadJSON(&in); err != nil {
		return err
	}
	grant := auth.Grant{Name: in.Name, Role: in.Role, Sources: in.Sources}
	if in.Expires != nil {
		grant.Expires = *in.Expires
	}
	secret, t, err := s.deps.Admin.CreateToken(req.Context(), grant)
	if err != nil {
		return err
	}
	return req.JSON(http.StatusCreated, map[string]any{"secret": secret, "token": tokenOf(t)})
}

// tokenRevoke revokes a token at once, with its sessions.
func (s *Server) tokenRevoke(req *page.Request) error {
	if err := s.deps.Admin.RevokeToken(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return req.NoContent(http.StatusNoContent)
}

// failureTrailer names the trailer with the reason for a failure in the middle of a
// stream.
const failureTrailer = "Postern-Failure"

// backup streams one backup. A client that accepts trailers receives the reason for a
// failure in its middle. For any other client the connection breaks, so that it does not
// take half a backup for a whole one.
func (s *Server) backup(req *page.Request) error {
	h := req.Writer.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="postern.backup"`)
	h.Set("Cache-Control", "no-store")
	trailers := req.Header.Get("TE") == "trailers"
	if trailers {
		h.Set("Trailer", failureTrailer)
	}
	err := s.deps.Admin.Backup(req.Context(), req.SlowWriter())
	if err != nil && !req.Writer.Committed {
		h.Del("Trailer")
	}
	if err == nil || !trailers || !req.Writer.Committed {
		return err
	}
	req.Err = err
	h.Set(failureTrailer, fault.Message(err))
	return nil
}

// check answers {"ok","findings"}.
func (s *Server) check(req *page.Request) error {
	req.SlowWriter()
	findings, err := s.deps.Admin.Check(req.Context())
	if err != nil {
		return err
	}
	if findings == nil {
		findings = []string{}
	}
	return req.JSON(http.StatusOK, map[string]any{"ok": len(findings) == 0, "findings": findings})
}

// reindex starts a rebuild of the search index and answers before it ends.
func (s *Server) reindex(req *page.Request) error {
	if err := s.deps.Admin.Reindex(req.Context()); err != nil {
		return err
	}
	return req.NoContent(http.StatusAccepted)
}

// importGit accepts {"repo"} and answers one line of JSON per message while it works:
// {"line":"…"} for progress, then {"done":true} or {"error":"…"}.
func (s *Server) importGit(req *page.Request) error {
	var in struct {
		Repo string `json:"repo"`
	}
	if err := req.ReadJSON(&in); err != nil {
		return err
	}
	if in.Repo == "" {
		return fault.New(fault.Invalid, "web.import", "repo must name a repository on the server's machine")
	}
	w := req.SlowWriter()
	req.Writer.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	tell := func(v any) {
		_ = out.Encode(v) // the client may have left; the import goes on to its end
		req.Writer.Flush()
	}
	err := s.deps.Admin.ImportGit(req.Context(), in.Repo, req.Who, func(line string) {
		tell(map[string]string{"line": line})
	})
	if err != nil {
		req.Err = err
		tell(map[string]string{"error": fault.Message(err)})
		return nil
	}
	tell(map[string]bool{"done": true})
	return nil
}
