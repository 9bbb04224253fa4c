package gitrepo

import (
	"log/slog"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// Options make a Repo.
type Options struct {
	Dir       string // the bare repository, made when absent
	Git       string // path of the git binary; "" looks in PATH
	Limits    Limits // zero values mean defaultLimits'
	Logger    *slog.Logger
	Now       func() time.Time
	Publisher Publisher
	// RuleURL is the address of a rule's documentation, printed below problems;
	// nil prints none.
	RuleURL func(rule string) string
	// Room tells whether the disk has room for that many more bytes; its fault is of
	// kind Full and says what to do. Nil is always.
	Room func(bytes int64) error
	// Observe is told the timings of every push when it ends; nil is not.
	Observe func(Timings)
}

// Limits bound what one push or one fetch may ask of the server.
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
	Pushes          int           // pushes worked on at the same time; one pusher has at most half of them
	Fetches         int           // clones and fetches served at the same time; one client has at most half of them
	SlotWait        time.Duration // how long a push or fetch waits for its turn
	Idle            time.Duration // how long either side of a transfer may make no progress
	Duration        time.Duration // from the first byte of a push or fetch to its last
}

// DefaultPushes is how many pushes are worked on at the same time: each may take a
// core and the memory of a git child, and one author may hold half of them.
const DefaultPushes = 4

// defaultLimits are for a portal of an organisation of some hundred authors: a
// push of the largest real handbook fits five times over, and the worst push
// keeps two cores busy for seconds, not minutes.
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

// withDefaults fills in what is zero.
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

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

func (l Limits) sizes() checks.Sizes {
	return checks.Sizes{Document: l.DocumentBytes, Attachment: l.AttachmentBytes}
}

const (
	// childMemory bounds the address space of a git child that works on pushed
	// data; git maps packs in windows and streams large blobs, so this is far
	// above what an honest push needs.
	childMemory = 1 << 30
	// childCPU bounds such a child's processor time in seconds.
	childCPU = 120
	// readers is how many cat-file processes serve page and history reads.
	readers = 2
	// maxParents bounds a merge: each parent is compared with.
	maxParents = 16
	// commitChanges bounds the changed paths of all commits of a push together,
	// as a multiple of Limits.Changes: a history may change a path many times.
	commitChanges = 10
)

func (l Limits) unpack() plumbing.Limits {
	return plumbing.Limits{AddressSpace: childMemory, CPU: childCPU, FileSize: uint64(4*l.PackBytes + 64<<20), Wall: l.Duration}
}

func (l Limits) walk() plumbing.Limits {
	return plumbing.Limits{AddressSpace: childMemory, CPU: childCPU, Wall: 2 * time.Minute}
}

// Timings say where the time of a push went.
type Timings struct {
	Receive time.Duration // request body in, index-pack done
	Connect time.Duration // rev-list: is everything there, what is new
	Check   time.Duration // objects read and judged, change set made
	Prepare time.Duration // Publisher.Prepare
	Publish time.Duration // packs moved in, folders fsynced, refs moved
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
	Checked   Outcome = "checked"   // -o check, and nothing was wrong
	Refused   Outcome = "refused"   // the author has something to mend
	Failed    Outcome = "failed"    // the server has
)

// Who pushes.
type Who struct {
	Pusher postmortems.Pusher
	// May decides whether the pusher may do what a command asks; the message of
	// its fault is the ref's reason. It is called for every command before the
	// pack is read, and once more when the move turns out to be Forced, which only
	// the history tells.
	May func(Command) error
}

// holder is what the slots of a push are counted by: its token.
func (w Who) holder() string {
	if w.Pusher.TokenID != "" {
		return w.Pusher.TokenID
	}
	return "name:" + w.Pusher.Name // over the Unix socket there is none
}

// Command is what a push asks of one ref.
type Command struct {
	Ref    string // refs/heads/main
	Branch string // main
	Old    postmortems.OID
	New    postmortems.OID
	Create bool // the branch does not exist yet
	Delete bool
	Force  bool // New does not descend from Old
}
