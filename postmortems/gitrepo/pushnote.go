package gitrepo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// noteName is the file in the repository that records who made the last push.
const noteName = "postern-push"

// pushNote records what git cannot: who pushed, and when. It is read when the server
// died between moving the ref and the database transaction. It is written before the
// refs move and replaced by the next push. It is not synced: if a power cut loses it,
// the push is published again in the portal's own name.
type pushNote struct {
	TokenID string                     `json:"token_id"`
	Name    string                     `json:"name"`
	At      time.Time                  `json:"at"`
	Tips    map[string]postmortems.OID `json:"tips"` // by branch; "" when it was deleted
}

// writeNote records a push whose refs are about to move. The rename makes it complete
// or absent after a crash of the process. The caller holds the publishing lock.
func (r *Repo) writeNote(who postmortems.Pusher, at time.Time, moves []refMove) error {
	note := pushNote{TokenID: who.TokenID, Name: who.Name, At: at, Tips: map[string]postmortems.OID{}}
	for _, m := range moves {
		note.Tips[m.branch] = m.new
	}
	text, err := json.Marshal(note)
	if err == nil {
		name := filepath.Join(r.git.Dir(), noteName)
		if err = os.WriteFile(name+".lock", text, 0o600); err == nil { // sweep removes locks
			err = os.Rename(name+".lock", name)
		}
	}
	return fault.Wrap(fault.Internal, "gitrepo.writeNote", "the push cannot be stored; nothing was changed", err)
}

// readNote reads the note of the last push. A note that a power cut damaged is
// ignored.
func (r *Repo) readNote() error {
	text, err := os.ReadFile(filepath.Join(r.git.Dir(), noteName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.readNote", "the repository cannot be read", err)
	}
	var note pushNote
	if err := json.Unmarshal(text, &note); err != nil {
		r.log.Info("the note of the last push is damaged; it will be replaced", "error", err)
		return nil
	}
	r.note = note
	return nil
}

// noted returns who moved a branch to a tip, and when, if that was the last push
// before this repository was opened. Pushes since then are not in it: their change sets
// were committed by this process.
func (r *Repo) noted(branch string, tip postmortems.OID) (who postmortems.Pusher, at time.Time, ok bool) {
	at = r.note.At
	who = postmortems.Pusher{TokenID: r.note.TokenID, Name: r.note.Name}
	noted, ok := r.note.Tips[branch]
	return who, at, ok && noted == tip
}

// NotedBy returns who made the last push or import before the repository was opened,
// if it moved branch to tip.
func (r *Repo) NotedBy(branch string, tip postmortems.OID) (who postmortems.Pusher, ok bool) {
	who, _, ok = r.noted(branch, tip)
	return who, ok
}
