package web

import (
	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// gitInfoRefs opens a fetch or a push. What may be done is decided by the
// service asked for here, and again by the route of the request that does it:
// the one is never taken for the other.
func (s *Server) gitInfoRefs(c echo.Context) error {
	service := c.QueryParam("service")
	switch service {
	case "git-upload-pack":
	case "git-receive-pack":
		v := visitOf(c)
		if v.anon {
			return fault.New(fault.Unauthenticated, "web.git", "pushing needs a token: any user name, the token as password")
		}
		if !v.who.May(auth.PushDraft) {
			return fault.Newf(fault.Forbidden, "web.git", "the token %q is a %s and may not push", v.who.Name, v.who.Role)
		}
	default:
		return fault.New(fault.Invalid, "web.git", "git's smart protocol is spoken here; clone it with git")
	}
	return s.deps.Git.InfoRefs(c.Response(), c.Request(), service)
}

func (s *Server) gitUploadPack(c echo.Context) error {
	reader := visitOf(c).who.TokenID
	if reader == "" {
		reader = "address:" + network(s.ip(c.Request()))
	}
	return s.deps.Git.UploadPack(c.Response(), c.Request(), reader)
}

func (s *Server) gitReceivePack(c echo.Context) error {
	return s.deps.Git.ReceivePack(c.Response(), c.Request(), visitOf(c).who)
}
