package gitrepo

import (
	"context"

	"github.com/postern/postern/postmortems"
)

// Publisher judges what a push changes and publishes it. portal/app implements
// it by asking the owner of each folder.
type Publisher interface {
	// Prepare reads and judges the change set while its objects are still in
	// quarantine. It changes nothing, and several run at once: no push waits for
	// another's. It ends with ctx. An error is a failure of the server (the push is
	// refused with its fault.Message); findings about the content are part of
	// Prepared. say sends one progress line to the author's terminal.
	Prepare(ctx context.Context, cs postmortems.ChangeSet, say func(line string)) (Prepared, error)
}

// Prepared is a judged change set.
type Prepared interface {
	// Refusal is the ref's one-line reason, "" when the push may go on.
	Refusal() string
	// Lines are what the author is told when it is refused (or only checked).
	Lines() []string
	// Commit publishes: it is called once, after the ref moved durably and while no
	// other push can publish, so it only writes what Prepare worked out. main is
	// then what it was when Prepare was called. After an error the ref is moved back.
	Commit(ctx context.Context) error
	// Published returns the lines for the author after Commit. Other pushes are
	// published meanwhile.
	Published(ctx context.Context) []string
}
