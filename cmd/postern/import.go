package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/convert"
	"github.com/postern/postern/reports/slo/migrate"
)

// The most bytes of one file, and of all files, of a source that is converted in
// memory. Collections of documents are far smaller.
const (
	sourceFileBytes  = 64 << 20
	sourceTotalBytes = 512 << 20
)

// formatGit is the format that the portal imports itself, with history. The others are
// converted by this command into a working tree.
const formatGit = "git"

// newImport returns "postern import". Formats of documents, of SLOs and git share one
// command, because an author need not know which package converts what. Findings do not
// change the exit status: they are hints for the review of the diff.
func newImport(term terminal, g *globals) *cobra.Command {
	var into, folder string
	var force bool
	known := strings.Join(slices.Concat(convert.Formats(), migrate.Formats(), []string{formatGit}), ", ")
	cmd := &cobra.Command{
		Use:   "import FORMAT SOURCE",
		Short: "Convert documents and SLOs of other tools, or import a git repository",
		Long: "Convert the documents or SLOs of another tool into files of a working tree (--into), which you\n" +
			"then review as a diff and push. Formats: " + known + ".\n\n" +
			"import git REPO imports a repository that the server can read, with its history, into an empty\n" +
			"portal; it needs no --into.",
		Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == formatGit {
				return importGit(cmd.Context(), term, g, args[1])
			}
			if !slices.Contains(migrate.Formats(), args[0]) {
				// A run without files only validates format and folder, before any file
				// is read.
				if _, _, err := convert.Run(args[0], folder, nil); err != nil {
					return usageError{fmt.Errorf("%s, %s", fault.Message(err), strings.Join(append(migrate.Formats(), formatGit), ", "))}
				}
			}
			if into == "" {
				return usageError{errors.New("--into must name the working tree to write to")}
			}
			return importFiles(cmd.Context(), term, importing{args[0], args[1], into, folder, force})
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "working tree of a knowledge `repository`")
	cmd.Flags().StringVar(&folder, "folder", "", "`folder` for documents that are not in the folder of a kind (default: by format)")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite files that exist")
	return cmd
}

// importing holds the arguments of one conversion. into is the working tree, folder the
// one for documents without a kind; "" chooses by format.
type importing struct {
	format, source, into, folder string
	force                        bool
}

// convert returns the files and findings of the format's importer. The two registries
// have no format in common.
func (in importing) convert(sources []convert.File) ([]convert.File, []convert.Finding, error) {
	if slices.Contains(migrate.Formats(), in.format) {
		return migrate.Run(in.format, sources)
	}
	return convert.Run(in.format, in.folder, sources)
}

// importFiles converts a source and writes the files that are new or changed. Findings
// go to stderr. Nothing is written when a file would be overwritten without --force. A
// write that fails leaves the files before it; importing again skips them as unchanged.
func importFiles(ctx context.Context, term terminal, in importing) error {
	sources, err := readSource(ctx, in.source)
	if err != nil {
		return err
	}
	files, findings, err := in.convert(sources)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintln(term.err, f)
	}
	t, err := openTree(in.into)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	changed, err := toWrite(term, t, files, in.force)
	if err != nil {
		return err
	}
	for _, f := range changed {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := t.write(f, in.force); err != nil {
			return err
		}
	}
	fmt.Fprintf(term.err, "%d files, %d of them new or changed in %s; %d findings\n",
		len(files), len(changed), in.into, len(findings))
	return nil
}

// toWrite returns the files that do not exist yet with the same content, so that an
// import can be repeated. Without force it fails with fault.Conflict when one exists
// with another content, after listing all of them. All files are examined before the
// first is written.
func toWrite(term terminal, t tree, files []convert.File, force bool) ([]convert.File, error) {
	var out []convert.File
	refused := 0
	for _, f := range files {
		there, err := t.look(f)
		if err != nil {
			return nil, err
		}
		if there != same {
			out = append(out, f)
		}
		if there == taken && !force {
			refused++
			fmt.Fprintf(term.err, "%s: exists with another content\n", postmortems.Printable(f.Path))
		}
	}
	if refused > 0 {
		return nil, fault.Newf(fault.Conflict, "import", "%d files exist, nothing was written; --force overwrites them", refused)
	}
	return out, nil
}

// readSource returns a file, or every regular file below a folder whose name does not
// begin with a dot. Symbolic links are not followed. It fails with fault.TooLarge
// beyond sourceFileBytes or sourceTotalBytes. Paths are slash-separated and relative to
// the folder, in lexical order; for a file it is its name. Hidden folders such as .git
// are not read.
func readSource(ctx context.Context, source string) ([]convert.File, error) {
	info, err := os.Stat(source)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "import", source+" cannot be read", err)
	}
	if !info.IsDir() {
		data, err := readSourceFile(source, sourceFileBytes)
		return []convert.File{{Path: filepath.Base(source), Data: data}}, err
	}
	var out []convert.File
	left := int64(sourceTotalBytes)
	err = filepath.WalkDir(source, func(p string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		// The source itself may be a hidden folder.
		hidden := strings.HasPrefix(d.Name(), ".") && p != source
		if hidden && d.IsDir() {
			return fs.SkipDir
		}
		if hidden || !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(source, p)
		if err != nil {
			return err
		}
		// The file gets what is left of the total, so that a folder cannot exhaust the
		// memory.
		data, err := readSourceFile(p, min(sourceFileBytes, left))
		left -= int64(len(data))
		out = append(out, convert.File{Path: filepath.ToSlash(rel), Data: data})
		return err
	})
	return out, err
}

// readSourceFile returns the content of a file of at most limit bytes. It reads one
// byte more than the limit instead of trusting the file's size, which may grow
// meanwhile. Errors are fault.NotFound or fault.TooLarge.
func readSourceFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "import", name+" cannot be read", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "import", name+" cannot be read", err)
	}
	if int64(len(data)) > limit {
		return nil, fault.Newf(fault.TooLarge, "import", "%s is over the limit (%d MiB per file, %d MiB in total): import it in parts",
			name, sourceFileBytes>>20, sourceTotalBytes>>20)
	}
	return data, nil
}

// importGit asks the portal to import a repository and prints its progress. The path is
// made absolute, because the server has another working directory. It must be readable
// for the user of the server.
func importGit(ctx context.Context, term terminal, g *globals, repo string) error {
	abs, err := filepath.Abs(repo)
	if err != nil {
		return fault.Wrap(fault.Invalid, "import", "the path of the repository cannot be made absolute", err)
	}
	body, err := json.Marshal(map[string]string{"repo": abs})
	if err != nil {
		return err
	}
	return withPortal(ctx, term, g, func(c *client) error {
		res, err := c.do(ctx, http.MethodPost, "/api/v1/admin/import", bytes.NewReader(body))
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		return printProgress(term, res.Body)
	})
}

// printProgress prints the lines of a streamed answer until the one that reports
// success or failure. An answer without such a line is an error: its status was sent
// before the import began, and does not show how it ended.
func printProgress(term terminal, body io.Reader) error {
	lines := json.NewDecoder(body)
	for {
		var said struct {
			Line, Error string
			Done        bool
		}
		if err := lines.Decode(&said); err != nil {
			return fault.Wrap(fault.Unavailable, "import",
				"the answer ended early; the import may have finished: check the home page before trying again", err)
		}
		switch {
		case said.Done:
			return nil
		case said.Error != "":
			return fault.New(fault.Internal, "import", said.Error)
		}
		fmt.Fprintln(term.out, postmortems.Printable(said.Line))
	}
}
