package checks

import (
	"fmt"

	"github.com/postern/postern/postmortems"
)

// Identifiers of the rules.
const (
	RulePathEncoding  = "path-encoding"
	RulePathCharacter = "path-character"
	RulePathName      = "path-name"
	RulePathReserved  = "path-reserved"
	RulePathLength    = "path-length"
	RulePathTwin      = "path-twin"
	RuleFileMode      = "file-mode"
	RuleFileSize      = "file-size"
	RuleFileType      = "file-type"
	RuleImageSize     = "image-size"
	RuleAttributes    = "git-attributes"
	RuleSecret        = "secret"
	RuleSecretAllowed = "secret-allowed"
)

// problem is an error about a file as a whole. A name may hold anything, and the
// problem goes to a terminal.
func problem(path, rule, format string, args ...any) postmortems.Problem {
	return postmortems.Problem{
		Path: postmortems.Printable(path), Weight: postmortems.Error, Rule: rule,
		Message: postmortems.Printable(fmt.Sprintf(format, args...)),
	}
}

// Rules are all rules of this package, for their documentation pages.
func Rules() []postmortems.Rule {
	return append(pathRules(), fileRules()...)
}

func pathRules() []postmortems.Rule {
	return []postmortems.Rule{{
		ID: RulePathEncoding, Title: "A path is UTF-8 in Unicode's composed form (NFC)", Weight: postmortems.Error,
		Why:  "The same name can be written in several byte sequences. A link written in one form does not find a file named in another, and two such files look the same in every list.",
		Mend: "Rename the file. On a Mac, `git config core.precomposeunicode true` keeps names composed.",
	}, {
		ID: RulePathCharacter, Title: "A path has no control, invisible or reserved characters", Weight: postmortems.Error,
		Why:  "Control and bidirectional characters can make a terminal or a page show another name than the real one, and `\\ : * ? \" < > |` cannot be checked out on Windows.",
		Mend: "Rename the file with letters, digits, spaces, `-`, `_`, `.` and the like.",
	}, {
		ID: RulePathName, Title: "No part of a path begins with `-` or a space, or ends with a space or a dot", Weight: postmortems.Error,
		Why:  "A leading `-` is taken for an option by command line tools; spaces at the edges and trailing dots are invisible in an address and are dropped by Windows.",
		Mend: "Rename the file or folder: `git mv -- OLD NEW`.",
	}, {
		ID: RulePathReserved, Title: "A path uses no name that git or Windows keeps for itself", Weight: postmortems.Error,
		Why:  "`.git` in any spelling could overwrite a reader's repository, `.gitmodules` makes git fetch from elsewhere, and `CON`, `NUL`, `COM1` and so on are devices on Windows: a clone fails there.",
		Mend: "Rename the file; for a submodule, copy the files in or link to the other repository.",
	}, {
		ID: RulePathLength, Title: "A path is at most 512 bytes long, each part at most 255, and 16 folders deep", Weight: postmortems.Error,
		Why:  "Longer names cannot be stored by common file systems, so a clone fails.",
		Mend: "Shorten the name. A Chinese character counts three bytes.",
	}, {
		ID: RulePathTwin, Title: "Two files in one folder differ by more than case or Unicode form", Weight: postmortems.Error,
		Why:  "On a Mac or Windows only one of `Redis.md` and `redis.md` can exist: a clone there is broken from the start.",
		Mend: "Rename or remove one of the two.",
	}}
}

func fileRules() []postmortems.Rule {
	return []postmortems.Rule{{
		ID: RuleFileMode, Title: "Only ordinary files are stored", Weight: postmortems.Error,
		Why:  "A symbolic link may lead out of the repository of whoever clones it; a submodule's content is elsewhere and cannot be checked or searched.",
		Mend: "Replace the link by a Markdown link or a copy: `git rm --cached NAME`, then add the file itself.",
	}, {
		ID: RuleFileSize, Title: "A file is not larger than the portal's limit", Weight: postmortems.Error,
		Why:  "Every clone carries every version for ever, and a page of a megabyte is not read by anybody.",
		Mend: "Split the document, scale the picture down, or put the data where data lives and link to it. If the file was committed and then removed again, rewrite the commit: `git rebase -i`.",
	}, {
		ID: RuleFileType, Title: "A file has an extension that is stored, and is what it says", Weight: postmortems.Error,
		Why:  "Browsers guess the type of files that lie about it, and other binary files can be neither read nor searched nor compared. A document without its extension would lie there unseen.",
		Mend: "Save text as UTF-8; save pictures as PNG, JPEG, GIF or WebP with the right extension; leave archives and programs elsewhere and link to them. Stored are " + storedTypes + "; names in capitals without extension, like `LICENSE`; and dotfiles. Rename `page.html.md.erb` to `page.md`. Files of Git LFS do not reach the portal: `git lfs migrate export` undoes it.",
	}, {
		ID: RuleImageSize, Title: "A picture has at most 40 megapixels", Weight: postmortems.Error,
		Why:  "A small file can unpack to gigabytes in the browser of everybody who opens the page.",
		Mend: "Scale the picture down.",
	}, {
		ID: RuleAttributes, Title: "`.gitattributes` sets only text, eol and binary", Weight: postmortems.Error,
		Why:  "Other attributes name filters and drivers that run programs on the machine of whoever clones the repository.",
		Mend: "Remove the other attributes.",
		Bad:  "*.md filter=fix\n", Good: "*.md text eol=lf\n",
	}, {
		ID: RuleSecret, Title: "No added line holds a password, token or private key", Weight: postmortems.Error,
		Why:  "What is pushed is read by everybody who can clone, and stays in the history for ever. A secret in an incident write-up must be taken as known to all.",
		Mend: "Replace the value by a placeholder such as `<password>` and change the real one if it was ever pushed anywhere. If it is in an earlier commit of the push, rewrite that commit (`git commit --amend`, `git rebase -i`). If it is no secret, write `postern:allow-secret REASON` on the same line, e.g. in an HTML comment; the reason is kept in the log.",
		Bad:  "# Database\n\n    DB_PASSWORD=hunter2-eu1\n", Good: "# Database\n\n    DB_PASSWORD=<password>\n",
	}, {
		ID: RuleSecretAllowed, Title: "A line that looks like a secret is allowed by a stated reason", Weight: postmortems.Warning,
		Why:  "The exception is shown to the author and kept in the log, so that it can be questioned.",
		Mend: "Nothing, if the reason is true.",
		Bad:  "# Database\n\n    DB_PASSWORD=hunter2-eu1 <!-- postern:allow-secret the test database of the exercise -->\n",
		Good: "# Database\n\n    DB_PASSWORD=<password>\n",
	}}
}
