package main

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/convert"
)

// newNew returns "postern new", which prints the template of a document of one kind. It
// needs no portal. Dates in the template are those of the clock.
func newNew(term terminal) *cobra.Command {
	var title, incident, into string
	cmd := &cobra.Command{
		Use:   "new KIND --title TITLE",
		Short: "Print a document to fill in, or write it into a repository",
		Long: "Print a document to fill in, or write it into a repository.\n\n" +
			"KIND is one of " + kindNames() + ". With --into the file is written into the folder of\n" +
			"its kind under a name made of the title, and its path is printed. It never overwrites.",
		Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			kind := postmortems.Kind(strings.ToLower(args[0]))
			if !kind.Valid() {
				return usageError{fmt.Errorf("%q is not a kind of document: use one of %s", args[0], kindNames())}
			}
			if title = strings.TrimSpace(title); title == "" {
				return usageError{errors.New("--title must say what the document is about")}
			}
			doc, err := postmortems.NewDocument(kind, title, incident, term.now())
			if err != nil {
				return err
			}
			if into == "" {
				_, err = term.out.Write(doc)
				return err
			}
			name := path.Join(kind.Folder(), convert.Slug(title)+".md")
			return writeNew(term, into, name, doc)
		},
	}
	cmd.Flags().StringVar(&title, "title", "", "title of the document")
	cmd.Flags().StringVar(&incident, "incident", "", "`reference` of the incident, such as INC-2031")
	cmd.Flags().StringVar(&into, "into", "", "working tree of a knowledge `repository`")
	return cmd
}

// kindNames returns the kinds of documents, separated by commas.
func kindNames() string {
	var names []string
	for _, k := range postmortems.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// writeNew writes a new document into a working tree and prints its path. It fails with
// fault.Conflict when the file exists. The path is relative to the tree and printed on
// stdout, for an editor or git add.
func writeNew(term terminal, into, name string, doc []byte) error {
	tree, err := openTree(into)
	if err != nil {
		return err
	}
	defer func() { _ = tree.Close() }()
	there, err := tree.look(convert.File{Path: name})
	if err != nil {
		return err
	}
	// The template never has the content of the file, so an existing one is a conflict.
	if there != vacant {
		return fault.Newf(fault.Conflict, "new", "%s exists and was not changed: choose another title", name)
	}
	if err := tree.write(convert.File{Path: name, Data: doc}, false); err != nil {
		return err
	}
	_, err = fmt.Fprintln(term.out, name)
	return err
}
