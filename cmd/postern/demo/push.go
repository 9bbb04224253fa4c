package demo

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Target holds what Push needs to reach the portal.
type Target struct {
	Git   string    // the git program; "" finds it on the PATH
	Dir   string    // an empty folder for the working tree
	URL   string    // of the portal's repository
	Token string    // of a publisher
	Out   io.Writer // receives git's output
}

// author is a person of the sample organization.
type author struct{ name, email string }

// Push creates a git repository of the sample files, with one commit per folder by
// different authors, and pushes it with the git program as authors do. The history has
// fixed dates, so the same files make the same commits. Errors name the git command;
// what git printed went to Out.
func Push(ctx context.Context, to Target) error {
	if to.Git == "" {
		to.Git = "git"
	}
	if err := os.CopyFS(to.Dir, FS()); err != nil {
		return fmt.Errorf("write the sample files: %w", err)
	}
	if err := to.run(ctx, author{}, time.Time{}, "init", "-q", "-b", "main"); err != nil {
		return err
	}
	groups, err := commitGroups()
	if err != nil {
		return err
	}
	authors := []author{
		{"Ana Reyes", "ana.reyes@meridian.example"}, {"Tomas Berg", "tomas.berg@meridian.example"},
		{"李薇", "li.wei@meridian.example"}, {"Priya Nair", "priya.nair@meridian.example"},
	}
	// Commits are 26 hours apart, so that they fall on different times of the day.
	began := time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	for i, g := range groups {
		who, when := authors[i%len(authors)], began.Add(time.Duration(i)*26*time.Hour)
		if err := to.run(ctx, who, when, append([]string{"add", "--"}, g.paths...)...); err != nil {
			return err
		}
		if err := to.run(ctx, who, when, "commit", "-q", "-m", g.message); err != nil {
			return err
		}
	}
	u, err := url.Parse(to.URL)
	if err != nil {
		return fmt.Errorf("the portal's address: %w", err)
	}
	// The token is the password; any user name is accepted.
	u.User = url.UserPassword("demo", to.Token)
	return to.run(ctx, author{}, time.Time{}, "push", "-q", u.String(), "HEAD:refs/heads/main")
}

// commitGroup holds the message and the files of one commit.
type commitGroup struct {
	message string
	paths   []string
}

// commitGroups returns one group per folder (post-mortems: per year), the top level
// first. fs.WalkDir visits files in lexical order, so the files of a group are sorted.
func commitGroups() ([]commitGroup, error) {
	byFolder := map[string][]string{}
	err := fs.WalkDir(FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			byFolder[path.Dir(p)] = append(byFolder[path.Dir(p)], p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the sample files: %w", err)
	}
	var groups []commitGroup
	for folder, paths := range byFolder {
		message := "Add " + folder
		if folder == "." {
			message = "Welcome to the knowledge base"
		}
		groups = append(groups, commitGroup{message, paths})
	}
	// byFolder has no order. Sorting by the first path puts README.md before the
	// folders, as upper case sorts first.
	slices.SortFunc(groups, func(a, b commitGroup) int { return strings.Compare(a.paths[0], b.paths[0]) })
	return groups, nil
}

// run runs git in the working tree without the user's configuration, so that hooks,
// signing keys and aliases have no effect. The environment is not inherited either:
// variables such as GIT_DIR would lead git to another repository. An empty who is for
// commands that make no commit. The command ends with ctx.
func (t Target) run(ctx context.Context, who author, when time.Time, args ...string) error {
	cmd := exec.CommandContext(ctx, t.Git, args...)
	cmd.Dir = t.Dir
	cmd.Stdout, cmd.Stderr = t.Out, t.Out
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(t.Dir, ".git"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
	}
	if who.name != "" {
		date := when.Format(time.RFC3339)
		cmd.Env = append(cmd.Env,
			"GIT_AUTHOR_NAME="+who.name, "GIT_AUTHOR_EMAIL="+who.email, "GIT_AUTHOR_DATE="+date,
			"GIT_COMMITTER_NAME="+who.name, "GIT_COMMITTER_EMAIL="+who.email, "GIT_COMMITTER_DATE="+date)
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	return nil
}
