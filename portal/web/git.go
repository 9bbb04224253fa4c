package web

import (
	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// gitInfoRefs begins a fetch or a push. The permission for the requested service is
// checked here, and again by the route of the request that follows: one is never
// accepted for the other.
func (s *Server) gitInfoRefs(req *page.Request) error {
	service := req.QueryValue("service")
	switch service {
	case "git-upload-pack":
	case "git-receive-pack":
		if req.Anonymous {
			return fault.New(fault.Unauthenticated, "web.git", "pushing needs a token: any user name, the token as password")
		}
		if !req.Who.May(auth.PushDraft) {
			return fault.Newf(fault.Forbidden, "web.git", "the token %q is a %s and may not push", req.Who.Name, req.Who.Role)
		}
	default:
		return fault.New(fault.Invalid, "web.git", "git's smart protocol is spoken here; clone it with git")
	}
	return s.deps.Git.InfoRefs(req.Writer, req.Request, service)
}

// gitUploadPack serves a fetch. Concurrent fetches are bounded by token, and by network
// for readers without one.
func (s *Server) gitUploadPack(req *page.Request) error {
	reader := req.Who.TokenID
	if reader == "" {
		reader = "address:" + s.Network(req)
	}
	return s.deps.Git.UploadPack(req.Writer, req.Request, reader)
}

// gitReceivePack serves a push.
func (s *Server) gitReceivePack(req *page.Request) error {
	return s.deps.Git.ReceivePack(req.Writer, req.Request, req.Who)
}
