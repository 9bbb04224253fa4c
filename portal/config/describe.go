package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// Flag is one command line flag.
type Flag struct {
	Key   string // for Sources.Flags
	Name  string // without dashes
	Usage string
	Bool  bool // takes no value, such as --behind-proxy
}

// Flags returns all flags in the order of the reference. Secrets have none. The usage
// has no back quotes: cobra takes a word in back quotes as the name of the flag's
// argument.
func Flags() []Flag {
	var c Config
	var flags []Flag
	for _, s := range c.settings() {
		if s.secret() {
			continue
		}
		_, isBool := s.value.(scalar[bool])
		usage := strings.ReplaceAll(s.doc, "`", "")
		if s.preset != "" {
			usage += " (default " + s.preset + ")"
		}
		flags = append(flags, Flag{Key: s.key, Name: s.flag(), Usage: usage, Bool: isBool})
	}
	return flags
}

// Print returns the configuration as a file that would produce it, with secrets
// redacted, in the order of the reference. Settings without a value are left out.
// Settings of one group become one mapping, even if others are between them in the
// table.
func (c *Config) Print() ([]byte, error) {
	var all yamldoc.Pairs
	at := map[string]int{} // group -> index in all
	for _, s := range c.settings() {
		v := s.value.yaml()
		if v == nil {
			continue
		}
		group, name := splitKey(s.key)
		if group == "" {
			all = append(all, yamldoc.Pair{Key: name, Value: v})
			continue
		}
		i, known := at[group]
		if !known {
			i = len(all)
			at[group] = i
			all = append(all, yamldoc.Pair{Key: group, Value: yamldoc.Pairs{}})
		}
		all[i].Value = append(all[i].Value.(yamldoc.Pairs), yamldoc.Pair{Key: name, Value: v})
	}
	return yamldoc.Encode(all)
}

// Schema returns the JSON Schema (2020-12) of the file, for editors. Unknown keys are
// not allowed, as in Load. Defaults are those of the table, in the form in which they
// would be printed.
func Schema() ([]byte, error) {
	var c Config
	top := object("Configuration of Postern")
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	for _, s := range c.settings() {
		group, name := splitKey(s.key)
		properties := top["properties"].(map[string]any)
		if group != "" {
			if properties[group] == nil {
				properties[group] = object("")
			}
			properties = properties[group].(map[string]any)["properties"].(map[string]any)
		}
		shape := s.value.schema()
		shape["description"] = s.doc
		// set fills the throw-away Config, from which yaml then reads the default.
		if s.preset != "" && s.value.set(s.preset) == nil {
			shape["default"] = s.value.yaml()
		}
		properties[name] = shape
	}
	return json.MarshalIndent(top, "", "  ")
}

// object returns the schema of a mapping without properties, which allows no others.
func object(title string) map[string]any {
	o := map[string]any{"type": "object", "properties": map[string]any{}, "additionalProperties": false}
	if title != "" {
		o["title"] = title
	}
	return o
}

const referenceHead = `# Configuration

<!-- Made from portal/config/settings.go by "go test ./portal/config -update"; do not edit. -->

Everything has a default: ` + "`postern serve`" + ` runs without a file. A setting has one name in three places; the later wins:

1. the YAML file named by ` + "`--config`" + ` or ` + "`POSTERN_CONFIG`" + `; a dot in the name is a level of the file,
	so ` + "`access.read`" + ` is ` + "`read`" + ` under ` + "`access`" + `;
2. the environment: ` + "`POSTERN_ACCESS_READ`" + `; an empty variable is ignored. A secret can also be read from the file that ` + "`POSTERN_METRICS_TOKEN_FILE`" + ` names;
3. the flag: ` + "`--access-read`" + `. Secrets have no flag, because every user of the machine can read command lines.

The file is read strictly: an unknown key is an error. ` + "`postern config check`" + ` reports all problems at once,
	` + "`postern config print`" + ` prints the effective configuration (secrets redacted),
	` + "`postern config schema`" + ` prints a JSON Schema for editors. Sizes are written ` + "`64MiB`" + `,
	durations ` + "`90s`" + ` or ` + "`1h30m`" + `.

| setting | default | meaning |
|---|---|---|
`

// Reference returns docs/configuration.md. A test compares it with the file, so that
// the page cannot lag behind the table.
func Reference() []byte {
	var c Config
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, s := range c.settings() {
		preset := s.unstated
		if s.preset != "" {
			preset = "`" + s.preset + "`"
		}
		third := "--" + s.flag()
		if s.secret() {
			third = s.env() + "_FILE"
		}
		fmt.Fprintf(&b, "| `%s`<br>`%s`<br>`%s` | %s | %s |\n", s.key, s.env(), third, preset, s.doc)
	}
	return []byte(b.String())
}
