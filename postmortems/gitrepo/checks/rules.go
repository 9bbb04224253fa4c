package checks

import (
	"fmt"

	"github.com/postern/postern/postmortems"
)

// Identifiers of the rules. They are part of addresses and of stored results.
const (
	RulePathEncoding  = "path-encoding"
	RulePathCharacter = "path-character"
	RulePathName      = "path-name"
	RulePathReserved  = "path-reserved"
	RulePathLength    = "path-length"
	RuleNameConflict  = "path-twin"
	RuleFileMode      = "file-mode"
	RuleFileSize      = "file-size"
	RuleFileType      = "file-type"
	RuleImageSize     = "image-size"
	RuleAttributes    = "git-attributes"
	RuleSecret        = "secret"
	RuleSecretAllowed = "secret-allowed"
)

// problem returns an error about a file as a whole. Names and arguments are made
// printable: they may contain anything, and the problem is printed in a terminal.
func problem(path, rule, format string, args ...any) postmortems.Problem {
	return postmortems.Problem{
		Path: postmortems.Printable(path), Weight: postmortems.Error, Rule: rule,
		Message: postmortems.Printable(fmt.Sprintf(format, args...)),
	}
}

// Rules returns all rules of this package, for their documentation pages. The rules of
// paths come first. Rules about names, modes and sizes have no Bad and Good, because a
// text cannot show them.
func Rules() []postmortems.Rule {
	return append(pathRules(), fileRules()...)
}

func pathRules() []postmortems.Rule {
	return []postmortems.Rule{{
		ID: RulePathEncoding, Title: "A path is UTF-8 in Unicode's composed form (NFC)", Weight: postmortems.Error,
		Why: "The same name can be written in several byte sequences. A link written in one form does not find a file named in another, " +
			"and two such files look the same in every list.",
		Fix: "Rename the file. On a Mac, `git config core.precomposeunicode true` keeps names composed.",
	}, {
		ID: RulePathCharacter, Title: "A path has no control, invisible or reserved characters", Weight: postmortems.Error,
		Why: "Control and bidirectional characters can make a terminal or a page show another name than the real one, and `\\ : * ? \" < > " +
			"|` cannot be checked out on Windows.",
		Fix: "Rename the file with letters, digits, spaces, `-`, `_` and `.`.",
	}, {
		ID: RulePathName, Title: "No part of a path begins with `-` or a space, or ends with a space or a dot", Weight: postmortems.Error,
		Why: "A leading `-` is taken for an option by command line tools; leading or trailing spaces and trailing dots are invisible in an " +
			"address and are dropped by Windows.",
		Fix: "Rename the file or folder: `git mv -- OLD NEW`.",
	}, {
		ID: RulePathReserved, Title: "A path uses no name that git or Windows reserves", Weight: postmortems.Error,
		Why: "`.git` in any spelling could overwrite a reader's repository, `.gitmodules` makes git fetch from elsewhere, and `CON`, " +
			"`NUL`, `COM1` and so on are devices on Windows: a clone fails there.",
		Fix: "Rename the file; for a submodule, copy the files in or link to the other repository.",
	}, {
		ID: RulePathLength, Title: "A path is at most 512 bytes long, each part at most 255, and 16 folders deep", Weight: postmortems.Error,
		Why: "Longer names cannot be stored by common file systems, so a clone fails.",
		Fix: "Shorten the name. A Chinese character takes three bytes.",
	}, {
		ID: RuleNameConflict, Title: "Two files in one folder differ by more than case or Unicode form", Weight: postmortems.Error,
		Why: "On a Mac or Windows only one of `Redis.md` and `redis.md` can exist: a clone there is incomplete.",
		Fix: "Rename or remove one of the two.",
	}}
}

func fileRules() []postmortems.Rule {
	return []postmortems.Rule{{
		ID: RuleFileMode, Title: "Only ordinary files are stored", Weight: postmortems.Error,
		Why: "A symbolic link may lead out of the repository on the machine of anyone who clones it; a submodule's content is elsewhere " +
			"and cannot be checked or searched.",
		Fix: "Replace the link by a Markdown link or a copy: `git rm --cached NAME`, then add the file itself.",
	}, {
		ID: RuleFileSize, Title: "A file is not larger than the portal's limit", Weight: postmortems.Error,
		Why: "Every clone contains every version permanently, and no one reads a page of a megabyte.",
		Fix: "Split the document, scale the picture down, or store the data elsewhere and link to it. If the file was committed and then " +
			"removed again, rewrite the commit: `git rebase -i`.",
	}, {
		ID: RuleFileType, Title: "A file has an extension that is stored, and a content that matches it", Weight: postmortems.Error,
		Why: "Browsers guess the type of files whose extension is wrong, and other binary files cannot be read, searched or compared. A " +
			"document without an extension would never be shown.",
		Fix: "Save text as UTF-8; save pictures as PNG, JPEG, GIF or WebP with the right extension; leave archives and programs elsewhere " +
			"and link to them. Stored are " + storedTypes +
			"; names in capitals without extension, like `LICENSE`; and dotfiles. Rename `page.html.md.erb` to `page.md`. Files of Git LFS do " +
			"not reach the portal: `git lfs migrate export` undoes it.",
	}, {
		ID: RuleImageSize, Title: "A picture has at most 40 megapixels", Weight: postmortems.Error,
		Why: "A small file can unpack to gigabytes in the browser of every reader.",
		Fix: "Scale the picture down.",
	}, {
		ID: RuleAttributes, Title: "`.gitattributes` sets only text, eol and binary", Weight: postmortems.Error,
		Why: "Other attributes name filters and drivers that run programs on the machine of anyone who clones the repository.",
		Fix: "Remove the other attributes.",
		Bad: "*.md filter=fix\n", Good: "*.md text eol=lf\n",
	}, {
		ID: RuleSecret, Title: "No added line contains a password, token or private key", Weight: postmortems.Error,
		Why: "Everyone who can clone can read what is pushed, and it stays in the history permanently. A secret in a published document " +
			"must be considered public.",
		Fix: "Replace the value by a placeholder such as `<password>` and change the real one if it was ever pushed anywhere. If it is in " +
			"an earlier commit of the push, rewrite that commit (`git commit --amend`, `git rebase -i`). If it is not a secret, write " +
			"`postern:allow-secret REASON` on the same line, e.g. in an HTML comment; the reason is logged.",
		Bad: "# Database\n\n    DB_PASSWORD=hunter2-eu1\n", Good: "# Database\n\n    DB_PASSWORD=<password>\n",
	}, {
		ID: RuleSecretAllowed, Title: "A line that looks like a secret is allowed by a stated reason", Weight: postmortems.Warning,
		Why:  "The exception is shown to the author and logged, so that it can be reviewed.",
		Fix:  "Nothing, if the reason is correct.",
		Bad:  "# Database\n\n    DB_PASSWORD=hunter2-eu1 <!-- postern:allow-secret the test database of the exercise -->\n",
		Good: "# Database\n\n    DB_PASSWORD=<password>\n",
	}}
}
