package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

// load returns the configuration: flags over environment over file over defaults. flags
// maps configuration keys to values. It fails with fault.Invalid and a message that
// lists every problem. No file needs to be named; one that is named and absent is
// fault.Invalid, since the portal would otherwise start with defaults.
func load(term terminal, g *globals, flags map[string]string) (config.Config, error) {
	src := config.Sources{Env: term.env, ReadFile: os.ReadFile, Flags: map[string]string{}}
	maps.Copy(src.Flags, flags)
	// --data-dir is a flag of every command, so it is not in flags.
	if g.dataDir != "" {
		src.Flags["data_dir"] = g.dataDir
	}
	if name := config.FindFile(g.config, term.env); name != "" {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return config.Config{}, fault.Newf(fault.Invalid, "config", "there is no configuration file %s", name)
		}
		if err != nil {
			return config.Config{}, fault.Wrap(fault.Internal, "config", "the configuration file cannot be read", err)
		}
		src.File, src.Data = name, data
	}
	c, problems := config.Load(src)
	return c, problems.Err()
}

// addConfigFlags adds one flag per setting to a command. The returned function maps the
// configuration keys of the flags that were given to their values. Flags have no
// defaults of their own: a flag with a default would override the environment and the
// file.
func addConfigFlags(cmd *cobra.Command) func() map[string]string {
	values := map[string]*string{}
	for _, f := range config.Flags() {
		if f.Key == "data_dir" {
			continue // a flag of every command
		}
		values[f.Key] = cmd.Flags().String(f.Name, "", f.Usage)
		if f.Bool {
			// "--name" without a value is "--name=true".
			cmd.Flags().Lookup(f.Name).NoOptDefVal = "true"
		}
	}
	return func() map[string]string {
		given := map[string]string{}
		for _, f := range config.Flags() {
			if f.Key != "data_dir" && cmd.Flags().Changed(f.Name) {
				given[f.Key] = *values[f.Key]
			}
		}
		return given
	}
}
