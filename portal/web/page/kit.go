package page

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/static"
)

// Kit is what the handlers of all subjects share: settings, templates, static files,
// admission and the cache of finished pages. Handlers embed it. It may be used by many
// goroutines.
type Kit struct {
	deps   Deps
	opt    Options
	prefix string
	files  *static.Files
	views  views
	cache  *cache
	sent   finishedHeaders
	head   headers
	limits *limiter
	cross  *http.CrossOriginProtection
	before func(*Request) // beforeHead, made once
	kinds  []Kind         // for the navigation
}

// New makes a Kit. It fails when an option is wrong or a template or static file is
// broken, so that no request meets one.
func New(deps Deps, opt Options) (*Kit, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	files, err := static.Load()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "web.New", "the static files are broken", err)
	}
	k := &Kit{
		deps: deps, opt: opt, prefix: opt.prefix(), files: files, cache: newCache(cacheBytes), sent: newFinishedHeaders(),
		head: newHeaders(opt.secure()), limits: newLimiter(opt.Now), cross: http.NewCrossOriginProtection(),
	}
	k.before, k.kinds = k.beforeHead, Kinds()
	if deps.Templates == nil {
		parsed, err := ParseTemplates(deps.Texts)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "web.New", "the templates are broken", err)
		}
		deps.Templates = &parsed
	}
	if k.views, err = newViews(k.Frame(), *deps.Templates, deps.Texts); err != nil {
		return nil, fault.Wrap(fault.Internal, "web.New", "the templates are broken", err)
	}
	return k, nil
}

// Now returns the time of the portal's clock.
func (k *Kit) Now() time.Time { return k.opt.Now() }

// Day returns the UTC midnight of today: what is overdue depends on it.
func (k *Kit) Day() time.Time { return k.opt.Now().UTC().Truncate(24 * time.Hour) }

// Texts returns the texts of the pages in their language.
func (k *Kit) Texts() *messages.Printer { return k.deps.Texts }

// Log returns the portal's log.
func (k *Kit) Log() *slog.Logger { return k.opt.Log }

// NewID returns a fresh random name of a request, 16 or more URL-safe characters.
func (k *Kit) NewID() string { return k.deps.NewID() }

// Name returns the portal's name.
func (k *Kit) Name() string { return k.opt.name() }

// Prefix returns the path under which the portal is served: "" or "/kb".
func (k *Kit) Prefix() string { return k.prefix }

// Origin returns scheme and host of the public address, without a slash.
func (k *Kit) Origin() string { return k.opt.origin() }

// Link returns the path-absolute link to an address of the portal.
func (k *Kit) Link(address string) string { return k.prefix + address }

// Absolute returns the whole URL of an address of the portal.
func (k *Kit) Absolute(address string) string { return k.opt.origin() + k.prefix + address }

// Asset returns the link to a static file, whose name in the address has its hash.
func (k *Kit) Asset(name string) string { return k.Link(k.files.Path(name)) }

// Files returns the static files.
func (k *Kit) Files() *static.Files { return k.files }

// Unreadable returns how many stored rows could not be read.
func (k *Kit) Unreadable() int {
	if k.deps.Unreadable == nil {
		return 0
	}
	return k.deps.Unreadable()
}

// Text returns a text of the catalogue in the language of the pages. Arguments are pairs
// of name and value.
func (k *Kit) Text(key string, namesAndValues ...any) string {
	return k.deps.Texts.Text(key, namesAndValues...)
}

// Count returns a text of the catalogue in the plural form for n.
func (k *Kit) Count(key string, n int, namesAndValues ...any) string {
	return k.deps.Texts.Count(key, n, namesAndValues...)
}
