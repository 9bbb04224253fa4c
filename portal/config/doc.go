// Package config owns the settings of an operator: one struct, read from a strict
// YAML file, the environment and flags. All problems are reported together.
//
// Each setting has one key, such as access.read, which names it in all three places.
// A later place wins:
//
//	default                     settings.go
//	file         access: {read: token}
//	environment  POSTERN_ACCESS_READ=token; a secret also by POSTERN_X_FILE=path
//	flag         --access-read token
//
// The package itself reads neither the environment nor files: both are passed in.
// The reference in docs/configuration.md and the JSON Schema are made from the table
// that also reads the settings, so the three cannot disagree.
package config
