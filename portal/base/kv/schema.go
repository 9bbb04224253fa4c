package kv

import (
	"context"
	"fmt"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// Format is the version of the layout in the package comment. Version 1 is the first;
// version 2 stores every value with a checksum. A newer file is refused.
const Format = 2

// FormatKey is the key of kv.meta that holds the Format; no owner may have this name.
const FormatKey = "format"

// SumKey is the key of kv.meta that holds the checksum of its other rows, plus 1, from
// format 2 on. It is a decimal number like the others, so that a build of format 1
// reads up to the format, which it refuses. No owner may have this name.
const SumKey = "sum"

// The buckets of kv itself. Owners cannot use these names.
const (
	MetaBucket    = "kv.meta"
	ChangesBucket = "kv.changes"
	KeptBucket    = "kv.kept"
)

// Schema is what one owner stores in the database.
type Schema struct {
	Name    string   // the owner, e.g. "library"
	Version int      // what this build writes; starts at 1
	Buckets []string // every bucket of the owner, each "owner.thing"
	// Migrations[i] leads from version i+1 to i+2; all that are due run in one
	// transaction, after a backup copy was written beside the database.
	Migrations []func(context.Context, Writer) error
}

// Migration is one step that is due.
type Migration struct {
	Owner    string
	From, To int
	Run      func(context.Context, Writer) error
}

// CheckSchemas returns an error for schemas that no database may be opened with: two
// owners of one name or bucket, a bucket outside its owner's name, a version without
// the migrations that lead to it. These are defects of the program.
func CheckSchemas(schemas []Schema) error {
	const op = "kv.CheckSchemas"
	owners := map[string]bool{"kv": true, FormatKey: true, SumKey: true}
	buckets := map[string]bool{}
	for _, s := range schemas {
		if s.Name == "" || strings.Contains(s.Name, ".") || owners[s.Name] {
			return fault.Newf(fault.Internal, op, "the schema name %q is empty, reserved, has a dot or is used twice", s.Name)
		}
		owners[s.Name] = true
		if s.Version < 1 || len(s.Migrations) != s.Version-1 {
			return fault.Newf(fault.Internal, op, "schema %s has version %d and %d migrations; it needs one less than its version",
				s.Name, s.Version, len(s.Migrations))
		}
		for _, b := range s.Buckets {
			if !strings.HasPrefix(b, s.Name+".") || len(b) == len(s.Name)+1 {
				return fault.Newf(fault.Internal, op, "schema %s names the bucket %q, which is not its own", s.Name, b)
			}
			if buckets[b] {
				return fault.Newf(fault.Internal, op, "the bucket %q is named twice", b)
			}
			buckets[b] = true
		}
	}
	return nil
}

// Due returns the migrations that lead from the stored versions to those of this build,
// in the order of schemas. stored is kv.meta: owner -> version, and FormatKey ->
// format; an owner that is not in it is new and needs none. Data of a newer Postern is
// fault.Unsupported.
func Due(stored map[string]int, schemas []Schema) ([]Migration, error) {
	const op = "kv.Due"
	if f := stored[FormatKey]; f > Format {
		return nil, newer(op, fmt.Sprintf("the database layout is version %d and this build knows %d", f, Format))
	}
	known := map[string]bool{FormatKey: true, SumKey: true}
	var due []Migration
	for _, s := range schemas {
		known[s.Name] = true
		v, exists := stored[s.Name]
		if !exists {
			continue
		}
		if v > s.Version {
			return nil, newer(op, fmt.Sprintf("the data of %q is version %d and this build knows %d", s.Name, v, s.Version))
		}
		for ; v < s.Version; v++ {
			due = append(due, Migration{Owner: s.Name, From: v, To: v + 1, Run: s.Migrations[v-1]})
		}
	}
	for name := range stored {
		if !known[name] {
			return nil, newer(op, fmt.Sprintf("it holds data of %q, which this build does not know", name))
		}
	}
	return due, nil
}

// newer is the error of a database that a newer Postern wrote.
func newer(op, what string) error {
	return fault.Newf(fault.Unsupported, op,
		"this database was written by a newer Postern: %s; nothing was changed. Start the newer version, or restore a backup made by "+
			"this one", what)
}
