package search

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/synonyms"
)

// Source returns the current documents with these ids, in any order, without those that
// the library no longer has.
type Source interface {
	Documents(ctx context.Context, ids []string) ([]Document, error)
}

// Options are the folder and the dependencies of an index.
type Options struct {
	// For this index only; created if it is missing.
	Dir string
	// Documents of the hits.
	Source Source
	// Synonyms returns the current synonyms; nil means the built-in ones.
	Synonyms Thesaurus
	Log      *slog.Logger
	Now      func() time.Time
	// Zero fields have defaults.
	Limits Limits
}

// Index is the search index of one portal process. It is safe for concurrent use; Apply
// and Rebuild exclude each other.
type Index struct {
	opt        Options
	admission  *admission
	vocabulary vocabulary

	// Held for reading while engine is in use.
	mu sync.RWMutex
	// Nil if there is no usable index.
	engine *engine
	closed bool

	// One writer at a time.
	write sync.Mutex
	// Held while progress is updated.
	counting sync.Mutex
	progress atomic.Pointer[Progress]
	parked   atomic.Pointer[map[string]string]
	trouble  chan struct{}

	// compose is composeSafely, except in tests of failures.
	compose func(*composer, Document) (*composed, error)
	// parse is query.Parse, except in the test that counts its calls.
	parse func(text string) query.Query
}

// Progress is the progress of a rebuild, in documents.
type Progress struct {
	Done, Total int
}

// State is the state of an index.
type State struct {
	Usable bool // Search works
	// The index has an older format and must be rebuilt.
	Outdated  bool
	Seq       uint64
	Documents int
	// By id of a document that could not be indexed: the reason.
	Parked map[string]string
	// Nil if no rebuild is running.
	Rebuild *Progress
}

// The entries of Options.Dir; the package comment describes them.
const (
	liveName   = "index"
	buildName  = "index.new"
	badName    = "index.bad"
	markerName = "opening"
)

// Open opens the index in a folder. It does not fail if the index is missing, damaged or
// of an unreadable format: it moves such an index aside, State reports that none is
// usable, and the caller must call Rebuild. Open fails if the folder cannot be used, and
// with fault.Conflict if another process uses the index.
func Open(ctx context.Context, opt Options) (*Index, error) {
	opt.Limits = opt.Limits.withDefaults()
	if opt.Synonyms == nil {
		opt.Synonyms = builtinSynonyms{synonyms.Builtin()}
	}
	x := &Index{opt: opt, admission: newAdmission(opt.Limits), trouble: make(chan struct{}, 1), compose: composeSafely, parse: query.Parse}
	x.parked.Store(&map[string]string{})
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be created", err)
	}
	if err := os.RemoveAll(x.path(buildName)); err != nil {
		return nil, fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
	}
	// A marker is left if the process crashed while it read the index: opening it again
	// would crash again.
	if _, err := os.Stat(x.path(markerName)); err == nil {
		x.moveAside(errors.New("the portal crashed while it opened the index"))
	}
	if _, err := os.Stat(x.path(liveName)); err != nil {
		return x, x.removeMarker()
	}
	if err := x.writeMarker(); err != nil {
		return nil, err
	}
	if err := x.openLive(); err != nil {
		if isLocked(err) {
			return nil, fault.Wrap(fault.Conflict, "search.Open",
				"another process uses the search index: stop it first", errors.Join(err, x.removeMarker()))
		}
		x.moveAside(err)
	}
	return x, x.removeMarker()
}

// isLocked reports whether opening failed because another process holds the lock.
func isLocked(err error) bool { return strings.HasSuffix(err.Error(), ": timeout") }

// path returns the path of an entry of the folder.
func (x *Index) path(name string) string { return filepath.Join(x.opt.Dir, name) }

// openLive opens and probes the live index.
func (x *Index) openLive() error {
	if _, err := os.Stat(filepath.Join(x.path(liveName), "root.bolt")); err != nil {
		// The engine would create an empty index.
		return err
	}
	var g *engine
	var m meta
	err := recoverPanics(func() (err error) {
		if g, err = openEngine(x.path(liveName), false); err != nil {
			return err
		}
		if m, err = g.meta(); err != nil {
			return err
		}
		return g.probe()
	})
	if err != nil {
		if g != nil {
			err = errors.Join(err, recoverPanics(g.close))
		}
		return err
	}
	x.install(g, m)
	return nil
}

// install makes g the engine of searches. The caller holds mu, or has the only
// reference to x.
func (x *Index) install(g *engine, m meta) {
	x.engine = g
	parked := maps.Clone(m.parked)
	if parked == nil {
		parked = map[string]string{}
	}
	x.parked.Store(&parked)
}

// moveAside renames the live index, in place of the last bad one.
func (x *Index) moveAside(why error) {
	x.opt.Log.Error("search: the index is unusable and will be rebuilt", "dir", x.path(liveName), "error", why)
	err := os.RemoveAll(x.path(badName))
	if err == nil {
		err = os.Rename(x.path(liveName), x.path(badName))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		x.opt.Log.Error("search: the unusable index cannot be moved aside", "error", err)
	}
}

// writeMarker creates the marker of an index that is being opened, durably.
func (x *Index) writeMarker() error {
	err := os.WriteFile(x.path(markerName), []byte(x.opt.Now().UTC().Format(time.RFC3339)+"\n"), 0o600)
	if err == nil {
		err = errors.Join(durable.Sync(x.path(markerName)), durable.Sync(x.opt.Dir))
	}
	return fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
}

// removeMarker removes the marker, if it exists.
func (x *Index) removeMarker() error {
	err := os.Remove(x.path(markerName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
}

// Close waits for running searches to end and closes the index.
func (x *Index) Close() error {
	x.write.Lock()
	defer x.write.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	if x.engine == nil {
		return nil
	}
	g := x.engine
	x.engine = nil
	return fault.Wrap(fault.Internal, "search.Close", "the search index did not close cleanly", recoverPanics(g.close))
}

// Trouble returns a channel that receives after an error that damage may explain. The
// receiver should call Check, and Rebuild if Check fails.
func (x *Index) Trouble() <-chan struct{} { return x.trouble }

// reportTrouble sends to Trouble without waiting.
func (x *Index) reportTrouble() {
	select {
	case x.trouble <- struct{}{}:
	default:
		// One report is enough.
	}
}

// State returns the state of the index.
func (x *Index) State() State {
	// An engine that cannot be read is not usable, whatever the reason.
	s := State{Rebuild: x.progress.Load(), Parked: maps.Clone(*x.parked.Load())}
	err := x.reading(func(g *engine) error {
		m, err := g.meta()
		s.Seq, s.Documents, s.Outdated = m.seq, int(m.documents), m.format != format
		return err
	})
	s.Usable = err == nil
	return s
}

// reading calls fn with the engine, which remains open during the call. It returns a
// panic as an error.
func (x *Index) reading(fn func(g *engine) error) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.engine == nil {
		return x.unusable()
	}
	return recoverPanics(func() error { return fn(x.engine) })
}

// unusable returns the error of a search without a usable index.
func (x *Index) unusable() error {
	const op = "search.Search"
	if x.closed {
		return fault.New(fault.Unavailable, op, "the portal is stopping")
	}
	if p := x.progress.Load(); p != nil {
		return fault.Newf(fault.Unavailable, op,
			"the search index is being rebuilt: %d of %d documents are done. Pages can be read meanwhile.", p.Done, p.Total)
	}
	return fault.New(fault.Unavailable, op, "the search index is about to be rebuilt. Pages can be read meanwhile.")
}

// Check verifies the checksums of the index on disk, that it has the given number of
// documents, including parked ones, and that it has the documents of the sample. A
// negative number is not compared.
func (x *Index) Check(ctx context.Context, documents int, sample []string) error {
	err := x.reading(func(g *engine) error {
		if err := g.verify(ctx); err != nil {
			return err
		}
		m, err := g.meta()
		if err != nil {
			return err
		}
		if have := int(m.documents) + len(m.parked); documents >= 0 && have != documents {
			return fault.Newf(fault.Internal, "search.Check", "the index has %d documents, the library %d", have, documents)
		}
		return g.checkContains(sample, m.parked)
	})
	if err == nil || ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable {
		return err
	}
	return fault.Wrap(fault.Internal, "search.Check", "the search index is damaged or not up to date: run postern reindex", err)
}
