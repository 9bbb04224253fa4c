package gitrepo

import (
	"log/slog"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// Options configure a Repo.
type Options struct {
	Dir       string // the bare repository, created when absent
	Git       string // path of the git binary; "" searches PATH
	Limits    Limits // zero values mean those of defaultLimits
	Logger    *slog.Logger
	Now       func() time.Time
	Publisher Publisher
	// RuleURL is the address of a rule's documentation, printed below problems;
	// nil prints none.
	RuleURL func(rule string) string
	// CheckSpace returns a fault of kind Full, with advice, when the disk has no room
	// for that many more bytes. Nil accepts any number.
	CheckSpace func(bytes int64) error
	// Observe is called with the timings of every push when it ends, unless it is nil.
	Observe func(Timings)
}

// Limits bound what one push or one fetch may use of the server.
type Limits struct {
	PackBytes       int64         // bytes of a push as sent
	InflatedBytes   int64         // bytes of its new objects, unpacked
	DocumentBytes   int64         // bytes of a Markdown or YAML file
	AttachmentBytes int64         // bytes of any other file
	Objects         int           // new objects of a push
	Commits         int           // new commits of a push
	Changes         int           // paths that differ between what is published and a push
	Paths           int           // paths of one tree
	Depth           int           // folders above a file
	Pushes          int           // pushes processed at the same time; one pusher gets at most half of them
	Fetches         int           // clones and fetches served at the same time; one client gets at most half of them
	SlotWait        time.Duration // how long a push or fetch waits for its turn
	Idle            time.Duration // how long either side of a transfer may make no progress
	Duration        time.Duration // from the first byte of a push or fetch to its last
}

// DefaultPushes is how many pushes are processed at the same time. Each may use a
// core and the memory of a git child, and one author may hold half of them.
const DefaultPushes = 4

// defaultLimits returns limits for an organisation of some hundred authors. A push of
// the largest public handbook fits five times over, and the most expensive push keeps
// two cores busy for seconds, not minutes.
func defaultLimits() Limits {
	return Limits{
		PackBytes:       64 << 20,
		InflatedBytes:   256 << 20,
		DocumentBytes:   1 << 20,
		AttachmentBytes: 10 << 20,
		Objects:         100_000,
		Commits:         2_000,
		Changes:         20_000,
		Paths:           200_000,
		Depth:           checks.MaxDepth,
		Pushes:          DefaultPushes,
		Fetches:         8,
		SlotWait:        time.Minute,
		Idle:            30 * time.Second,
		Duration:        10 * time.Minute,
	}
}

// withDefaults returns l with zero fields replaced by the defaults. A limit can
// therefore not be switched off with 0.
func (l Limits) withDefaults() Limits {
	d := defaultLimits()
	l.PackBytes = orDefault(l.PackBytes, d.PackBytes)
	l.InflatedBytes = orDefault(l.InflatedBytes, d.InflatedBytes)
	l.DocumentBytes = orDefault(l.DocumentBytes, d.DocumentBytes)
	l.AttachmentBytes = orDefault(l.AttachmentBytes, d.AttachmentBytes)
	l.Objects = orDefault(l.Objects, d.Objects)
	l.Commits = orDefault(l.Commits, d.Commits)
	l.Changes = orDefault(l.Changes, d.Changes)
	l.Paths = orDefault(l.Paths, d.Paths)
	l.Depth = orDefault(l.Depth, d.Depth)
	l.Pushes = orDefault(l.Pushes, d.Pushes)
	l.Fetches = orDefault(l.Fetches, d.Fetches)
	l.SlotWait = orDefault(l.SlotWait, d.SlotWait)
	l.Idle = orDefault(l.Idle, d.Idle)
	l.Duration = orDefault(l.Duration, d.Duration)
	return l
}

// orDefault returns v, or d if v is the zero value.
func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// It is the form that package checks takes.
func (l Limits) sizes() checks.Sizes {
	return checks.Sizes{Document: l.DocumentBytes, Attachment: l.AttachmentBytes}
}

const (
	// childMemory bounds the address space of a git child that processes pushed data.
	// git maps packs in windows and streams large blobs, so no honest push comes near.
	childMemory = 1 << 30
	// childCPU bounds such a child's processor time in seconds.
	childCPU = 120
	// readers is how many cat-file processes serve reads of documents and history.
	readers = 2
	// maxParents bounds a merge: the commit is compared with each parent.
	maxParents = 16
	// commitChanges bounds the changed paths of all commits of a push together, as a
	// multiple of Limits.Changes: a history may change a path many times.
	commitChanges = 10
)

// unpack returns the limits of a git child that stores a pushed pack. git may write
// more than it receives: a thin pack is completed with its bases, so a file may have
// four times the pack and 64 MiB.
func (l Limits) unpack() plumbing.Limits {
	return plumbing.Limits{AddressSpace: childMemory, CPU: childCPU, FileSize: uint64(4*l.PackBytes + 64<<20), Wall: l.Duration}
}

// walk returns the limits of a git child that reads refs, commits and trees. Such
// children write no files.
func (l Limits) walk() plumbing.Limits {
	return plumbing.Limits{AddressSpace: childMemory, CPU: childCPU, Wall: 2 * time.Minute}
}

// Timings hold the duration of each step of a push. Times of refs in one push add up.
// Bytes are those of new objects, unpacked.
type Timings struct {
	Receive time.Duration // request body in, index-pack done
	Connect time.Duration // rev-list: is every object present, which are new
	Check   time.Duration // objects read and checked, change set computed
	Prepare time.Duration // Publisher.Prepare
	Publish time.Duration // packs moved in, folders synced, refs moved
	Commit  time.Duration // Prepared.Commit
	Total   time.Duration
	Files   int // changed paths
	Bytes   int64
	Outcome Outcome
}

// Outcome is how a push ended.
type Outcome string

// The outcomes of a push.
const (
	Published Outcome = "published" // at least one ref moved
	Checked   Outcome = "checked"   // -o check, and there was no error
	Refused   Outcome = "refused"   // the author must correct something
	Failed    Outcome = "failed"    // the server must be fixed
)

// Who is the pusher and what the pusher may do.
type Who struct {
	Pusher postmortems.Pusher
	// May returns a fault when the pusher may not do what a command requests; its
	// message is the ref's reason. It is called for every command before the pack is
	// read, and again when the move turns out to be forced, which only the history
	// shows.
	May func(Command) error
}

// holder returns the key by which the slots of a pusher are counted: the token.
func (w Who) holder() string {
	if w.Pusher.TokenID != "" {
		return w.Pusher.TokenID
	}
	return "name:" + w.Pusher.Name // the Unix socket needs no token
}

// Command is what a push requests for one ref. Old is "" for a new branch and New is ""
// for a deletion.
type Command struct {
	Ref    string // refs/heads/main
	Branch string // main
	Old    postmortems.OID
	New    postmortems.OID
	Create bool // the branch does not exist yet
	Delete bool
	Force  bool // New does not descend from Old
}
