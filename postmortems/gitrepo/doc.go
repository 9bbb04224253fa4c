// Package gitrepo owns the knowledge repository: the bare git repository on
// disk, the smart HTTP protocol by which authors push to it and readers clone
// it, and the order of things by which a push becomes durable.
//
// Data layout: an ordinary bare repository, readable by git without Postern.
//
//	HEAD                              ref: refs/heads/main
//	refs/heads/main                   what is published
//	refs/heads/BRANCH                 a draft
//	objects/pack/                     one pack a push, merged by Maintain
//	objects/tmp_objdir-incoming-*     quarantine of a push that is going on
//	postern-home/                     the empty home of every git child
//	postern-push                      who made the last push (pushnote.go)
//
// The server speaks the receiving side itself, over git's plumbing; git keeps
// the storage. A push runs:
//
//	commands → names, tips and rights judged      (policy.go)
//	pack → git index-pack into the quarantine     (quarantine.go)
//	new objects ← git rev-list, git cat-file      (survey.go)
//	limits, paths, modes, contents, secrets       (judge.go, package checks)
//	ChangeSet → Publisher.Prepare                 (changeset.go)
//	packs move in, folders fsynced, ref moves     (publish.go)
//	Prepared.Commit → report                      (push.go)
//
// Until the packs move in, nothing of a push is in the repository; once the ref
// has moved, a crash leaves a push whole: at the next start the ref differs from
// what the database knows as published, and the same change set is made again.
//
// The process that opened the folder is its only writer.
package gitrepo
