package postmortems

import (
	"context"
	"time"
)

// OID is a git object name: 40 lower-case hexadecimal digits; "" is none.
type OID string

// Signature is the author or committer of a commit as git records it.
type Signature struct {
	Name, Email string
	When        time.Time // in the author's time zone
}

// ChangeStatus is how one path differs between two trees.
type ChangeStatus uint8

// The ways a path can change.
const (
	Added ChangeStatus = iota
	Modified
	Deleted
	Renamed // From was removed and Path added, and they are the same document
)

// String returns the word of the push answer. It panics for a value that is not one of
// the four.
func (s ChangeStatus) String() string {
	return [...]string{"new", "updated", "removed", "renamed"}[s]
}

// Change is one path that differs. Paths are repository paths as stored in git. A
// change of the file mode alone is none.
type Change struct {
	Status  ChangeStatus
	Path    string
	From    string // the old path when Renamed
	Blob    OID    // "" when Deleted
	OldBlob OID    // "" when Added
	Size    int64  // bytes of Blob
}

// Commit is one commit of a ChangeSet with its changes relative to its first parent;
// for a merge, only the paths that differ from every parent.
type Commit struct {
	ID        OID
	Parents   []OID
	Author    Signature
	Committer Signature
	Subject   string // first line of the message, control characters replaced
	Changes   []Change
}

// Pusher is the credential that pushed. The author of a commit is an unverified claim.
type Pusher struct {
	TokenID string // "" for the portal itself (reconciliation, import)
	Name    string
}

// Content reads file contents by object name, including objects in quarantine.
type Content interface {
	// Blobs calls fn once for each name, in order. The data is valid only during
	// the call.
	Blobs(ctx context.Context, ids []OID, fn func(i int, data []byte) error) error
}

// ChangeSet is what a push (or a reconciliation after a crash) changes on one branch. git
// passes it to the owners of folders. Net is what readers will see; Commits are how it
// came about. Both are needed: a document can be renamed and changed in several
// commits.
type ChangeSet struct {
	Branch  string // without refs/heads/
	Old     OID    // published before; "" for the first push. For a draft: the merge base with main
	New     OID    // the tip; "" when the branch is deleted
	Pusher  Pusher
	At      time.Time // when the server received it
	Commits []Commit  // Old..New, parents before children
	Net     []Change  // difference of the trees of Old and New with renames, sorted by path
	Content Content
}
