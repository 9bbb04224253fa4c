// Package gitrepo owns the knowledge repository: the bare git repository on disk,
// the smart HTTP protocol by which authors push and readers clone, and the order of
// steps that makes a push durable.
//
// Data layout: an ordinary bare repository, readable by git without Postern.
//
//	HEAD                              ref: refs/heads/main
//	refs/heads/main                   what is published
//	refs/heads/BRANCH                 a draft
//	objects/pack/                     one pack per push, merged by Maintain
//	objects/tmp_objdir-incoming-*     quarantine of a push in progress
//	postern-home/                     empty HOME of every git child
//	postern-push                      who made the last push (pushnote.go)
//
// The server implements the receiving side itself, with git's plumbing commands;
// git owns the storage. A push runs:
//
//	commands → names, tips and rights checked     (policy.go)
//	pack → git index-pack into the quarantine     (quarantine.go)
//	new objects ← git rev-list, git cat-file      (survey.go)
//	limits, paths, modes, contents, secrets       (validate.go, package checks)
//	ChangeSet → Publisher.Prepare                 (changeset.go)
//	packs move in, folders synced, ref moves      (publish.go)
//	Prepared.Commit → report                      (push.go)
//
// Until the packs move in, nothing of a push is in the repository. After the ref has
// moved, a crash loses nothing: at the next start the ref differs from what the
// database records as published, and the same change set is computed again.
//
// The process that opened the folder must be its only writer.
package gitrepo
