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

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/synonyms"
)

// Source gives the documents as the library has them now. Documents that are not
// there any more are left out; the order is free.
type Source interface {
	Documents(ctx context.Context, ids []string) ([]Document, error)
}

// Options say where an index lives and what it may use.
type Options struct {
	Dir    string // its own folder; made when missing
	Source Source // of the hits that are shown
	// Synonyms are those in force; nil stands for the built-in ones.
	Synonyms Thesaurus
	Log      *slog.Logger
	Now      func() time.Time
	Limits   Limits // zero fields take the defaults
}

// Index is the search index of one portal process. All methods may be called from
// many goroutines; Apply and Rebuild take turns.
type Index struct {
	opt        Options
	gate       *gate
	vocabulary vocabulary

	mu     sync.RWMutex // held for reading while engine is in use
	engine *engine      // nil while there is nothing usable
	closed bool

	write    sync.Mutex // one writer at a time
	counting sync.Mutex // while progress is counted up
	progress atomic.Pointer[Progress]
	parked   atomic.Pointer[map[string]string]
	trouble  chan struct{}

	// compose is composer.compose but in tests.
	compose func(*composer, Document) (*composed, error)
	// parse is query.Parse, except in the test that counts its calls.
	parse func(text string) query.Query
}

// Progress is how far a rebuild has come.
type Progress struct {
	Done, Total int
}

// State is what the index says of itself.
type State struct {
	Usable    bool // Search answers
	Outdated  bool // but the index is of an older format: Rebuild makes the next
	Seq       uint64
	Documents int
	Parked    map[string]string // documents that could not be indexed, and why
	Rebuild   *Progress         // nil when none is running
}

// The entries of Options.Dir.
const (
	liveName   = "index"
	buildName  = "index.new"
	badName    = "index.bad"
	markerName = "opening"
)

// Open opens the index in a folder. A missing, damaged or outdated index is no
// error: it is moved aside, State tells that nothing is usable, and whoever
// follows the change log calls Rebuild. Open fails only when the folder cannot
// be used at all or belongs to another process.
func Open(ctx context.Context, opt Options) (*Index, error) {
	opt.Limits = opt.Limits.withDefaults()
	if opt.Synonyms == nil {
		opt.Synonyms = builtinSynonyms{synonyms.Builtin()}
	}
	x := &Index{opt: opt, gate: newGate(opt.Limits), trouble: make(chan struct{}, 1), compose: composeSafely, parse: query.Parse}
	x.parked.Store(&map[string]string{})
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be made", err)
	}
	if err := os.RemoveAll(x.path(buildName)); err != nil {
		return nil, fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
	}
	if _, err := os.Stat(x.path(markerName)); err == nil {
		x.condemn(errors.New("the portal died while it opened the index"))
	}
	if _, err := os.Stat(x.path(liveName)); err != nil {
		return x, x.unmark()
	}
	if err := x.mark(); err != nil {
		return nil, err
	}
	if err := x.openLive(); err != nil {
		if isLocked(err) {
			return nil, fault.Wrap(fault.Conflict, "search.Open",
				"another process uses the search index: stop it first", errors.Join(err, x.unmark()))
		}
		x.condemn(err)
	}
	return x, x.unmark()
}

// isLocked tells whether opening failed because another process holds the lock.
func isLocked(err error) bool { return strings.HasSuffix(err.Error(), ": timeout") }

func (x *Index) path(name string) string { return filepath.Join(x.opt.Dir, name) }

// openLive opens and probes the live index.
func (x *Index) openLive() error {
	if _, err := os.Stat(filepath.Join(x.path(liveName), "root.bolt")); err != nil {
		return err // the engine would make a new, empty one
	}
	var g *engine
	var m meta
	err := guard(func() (err error) {
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
			err = errors.Join(err, guard(g.close))
		}
		return err
	}
	x.install(g, m)
	return nil
}

// install makes g the engine that searches use. Whoever swaps holds mu or is alone.
func (x *Index) install(g *engine, m meta) {
	x.engine = g
	parked := maps.Clone(m.parked)
	if parked == nil {
		parked = map[string]string{}
	}
	x.parked.Store(&parked)
}

// condemn moves the live index aside; only the last bad one is kept.
func (x *Index) condemn(why error) {
	x.opt.Log.Error("search: the index is unusable and will be rebuilt", "dir", x.path(liveName), "error", why)
	err := os.RemoveAll(x.path(badName))
	if err == nil {
		err = os.Rename(x.path(liveName), x.path(badName))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		x.opt.Log.Error("search: the unusable index cannot be moved aside", "error", err)
	}
}

func (x *Index) mark() error {
	err := os.WriteFile(x.path(markerName), []byte(x.opt.Now().UTC().Format(time.RFC3339)+"\n"), 0o600)
	if err == nil {
		err = errors.Join(syncPath(x.path(markerName)), syncPath(x.opt.Dir))
	}
	return fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
}

func (x *Index) unmark() error {
	err := os.Remove(x.path(markerName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fault.Wrap(fault.Internal, "search.Open", "the folder of the search index cannot be written", err)
}

// Close waits for running searches and closes the index.
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
	return fault.Wrap(fault.Internal, "search.Close", "the search index did not close cleanly", guard(g.close))
}

// Trouble receives when something was met that damage may explain. Whoever
// follows the change log then calls Check, and Rebuild when that finds damage.
func (x *Index) Trouble() <-chan struct{} { return x.trouble }

func (x *Index) reportTrouble() {
	select {
	case x.trouble <- struct{}{}:
	default: // one report is enough
	}
}

// State tells how the index stands.
func (x *Index) State() State {
	s := State{Rebuild: x.progress.Load(), Parked: maps.Clone(*x.parked.Load())}
	err := x.reading(func(g *engine) error {
		m, err := g.meta()
		s.Seq, s.Documents, s.Outdated = m.seq, int(m.documents), m.format != format
		return err
	})
	s.Usable = err == nil
	return s
}

// reading runs fn with the engine, which stays open meanwhile.
func (x *Index) reading(fn func(g *engine) error) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.engine == nil {
		return x.unusable()
	}
	return guard(func() error { return fn(x.engine) })
}

// unusable says why there is nothing to search.
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

// Check verifies the checksums of the index on disk, that it has as many
// documents as the library (parked ones counted), and that the given documents
// are in it.
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
		return g.contains(sample, m.parked)
	})
	if err == nil || ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable {
		return err
	}
	return fault.Wrap(fault.Internal, "search.Check", "the search index is damaged or out of step: run postern reindex", err)
}
