package gitrepo

import (
	"context"

	"github.com/postern/postern/postmortems"
)

// Publisher validates what a push changes and publishes it. portal/app implements it
// by calling the owner of each folder. The same methods serve pushes to main and to
// drafts.
type Publisher interface {
	// Prepare reads and validates the change set while its objects are still in
	// quarantine. It changes nothing, may run concurrently, and ends with ctx. An error
	// is a failure of the server: the push is refused with its fault.Message. Problems of
	// the content are part of Prepared. say sends one progress line to the author's
	// terminal.
	Prepare(ctx context.Context, cs postmortems.ChangeSet, say func(line string)) (Prepared, error)
}

// Prepared is a validated change set. Of its methods only Commit changes anything.
type Prepared interface {
	// Refusal is the ref's one-line reason, "" when the push may continue.
	Refusal() string
	// Lines are printed for the author when the push is refused or only checked.
	Lines() []string
	// Commit publishes. It is called once, after the ref moved durably and while no
	// other push can publish, so it only writes what Prepare computed; main is still
	// what it was during Prepare. After an error the ref is moved back.
	Commit(ctx context.Context) error
	// Published returns the lines for the author after Commit. Other pushes may be
	// published meanwhile.
	Published(ctx context.Context) []string
}
