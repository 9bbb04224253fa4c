// Package convert holds the importers: pure functions that turn the files of other tools into
// documents of a knowledge repository.
//
//	source file -> Importer of the format -> documents (front matter | body)
//	            -> placed in a folder, names made unique -> files, sorted by path
//
// What has no equivalent in the front matter is reported in a Finding or moved to the body: no text
// is lost. The package accesses no files, so the caller decides what is read and overwritten. The
// same input gives the same output, so a second import changes only what has changed in the source.
package convert
