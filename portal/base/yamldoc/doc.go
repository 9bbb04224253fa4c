// Package yamldoc owns the reading and writing of YAML: front matter, configuration
// and definitions are read by it alone.
//
//	bytes -> guard (size, encoding, upper bounds of keys and nesting)
//	      -> the YAML library, into nodes and never into Go values
//	      -> tree check (anchors, aliases, tags, merge keys, duplicates; exact bounds)
//	      -> Doc -> Map with typed accessors
//
// Every mistake is an Issue with line and column. Reading continues after an Issue
// where it can, so that an author sees all of them together.
//
// Only plain YAML is accepted. Anchors and aliases let a kilobyte expand to gigabytes,
// tags let a value have another type than it seems to have, and of a duplicate key one
// value is silently lost. The guard exists because the library's time is quadratic in
// places: 175 KB of one repeated key took it 45 s.
package yamldoc
