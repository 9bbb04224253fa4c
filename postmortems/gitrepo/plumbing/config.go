package plumbing

// config returns the configuration of every call, given with -c and never through a
// file: nothing in the repository's own config file is needed. hideRefs is read in
// order: everything is hidden except branches.
func config(dir string) []string {
	return []string{
		"safe.directory=" + dir, // the folder may belong to another user in a container
		"core.hooksPath=/dev/null",
		"core.useReplaceRefs=false",          // refs/replace can poison every later push
		"core.alternateRefsCommand=exit 0 #", // no look into other repositories
		"core.protectHFS=true",               // trees that are harmless here are not on an author's Mac
		"core.protectNTFS=true",              //   or Windows
		"core.fsync=objects,derived-metadata,reference",
		"core.fsyncMethod=fsync",
		"core.bigFileThreshold=8m", // larger blobs are streamed, not held in memory
		"core.packedGitWindowSize=32m",
		"core.packedGitLimit=256m", // mapped packs must fit the address space limit
		"core.attributesFile=/dev/null",
		"transfer.fsckObjects=true",
		"transfer.hideRefs=refs",
		"transfer.hideRefs=!refs/heads",
		"transfer.advertiseSID=false",
		"uploadpack.allowFilter=false",
		"pack.windowMemory=64m",
		"pack.threads=1",
		"gc.auto=0", // Repo.Maintain merges packs
		"maintenance.auto=0",
		"protocol.version=2",
		"diff.renameLimit=400",
	}
}

// environment returns the whole environment of a child. Nothing of the server's
// environment is passed on: GIT_DIR, proxies or credentials in it would change what git
// does. home is an empty folder. LC_ALL=C keeps the messages in the language that
// ExitError searches.
func environment(home, path string) []string {
	return []string{
		"PATH=" + path,
		"HOME=" + home,
		"XDG_CONFIG_HOME=" + home,
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
		"LC_ALL=C",
		"TZ=UTC",
	}
}
