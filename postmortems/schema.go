package postmortems

import (
	"encoding/json"

	"github.com/postern/postern/portal/base/dockind"
)

// object is a JSON Schema fragment.
type object = map[string]any

// FrontMatterSchema returns the JSON Schema (draft 2020-12) of the front matter, for
// editors and other tools. Unknown keys are allowed, because they are preserved. Its
// bytes are the same at each call: maps are encoded in the order of their keys. The
// rules check more than a schema can, such as the order of milestones.
func FrontMatterSchema() []byte {
	schema := object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Front matter of a Postern document",
		"type":                 []string{"object", "null"},
		"additionalProperties": true,
		"properties":           frontProperties(),
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return []byte("true\n") // unreachable: these values always encode; "true" is the schema that allows anything
	}
	return append(out, '\n')
}

// frontProperties returns the schema of every key.
func frontProperties() object {
	return object{
		"id":          described(object{"type": "string", "pattern": idForm.String()}, "Permanent id; the document's address /p/ID."),
		"kind":        described(enum(dockind.Keys(dockind.All())...), "Must agree with the folder; usually left out."),
		"title":       described(text(), "One line. Without it the first heading is the title."),
		"summary":     described(text(), "Two sentences, shown in lists and search."),
		"status":      described(enum("draft", "review", "published", "archived"), "Absent means published."),
		"draft":       described(object{"type": []string{"boolean", "null"}}, "true keeps the document from being published."),
		"published":   described(object{"type": []string{"boolean", "string", "null"}}, "false keeps the document from being published."),
		"authors":     described(texts(), "Who wrote it."),
		"owner":       described(text(), "The team that answers questions about it."),
		"reviewers":   described(texts(), "Who read it before it was published."),
		"review_by":   described(moment(), "The day by which it must be reviewed again."),
		"date":        described(moment(), "The document's date when times.started does not give it."),
		"tags":        described(texts(), "Keywords."),
		"redirects":   described(listOf(object{"type": "string", "pattern": "^/[^/]"}), "Old addresses that redirect here."),
		"incident":    incidentSchema(),
		"times":       timesSchema(),
		"impact":      impactSchema(),
		"trigger":     described(text(), "What triggered it."),
		"root_causes": described(texts(), "Why it happened."),
		"contributing_factors": described(listOf(anyOf(text(), properties(object{"tag": text(), "text": text()}))),
			"Short tags for counting, texts for reading."),
		"change_ref": described(text(), "The change that caused it."),
		"alerts":     described(texts(), "Names of the alerts that this document covers."),
		"actions":    described(listOf(anyOf(text(), actionSchema())), "Action items."),
		"source":     described(anyOf(text(), sourceSchema()), "Where an imported document came from."),
	}
}

// The keys of this and the next functions are those that the front… files read; a key
// that is added there belongs here, too.
func incidentSchema() object {
	return properties(object{
		"ref":          described(text(), "The incident's name elsewhere, such as INC-2291."),
		"aliases":      texts(),
		"severity":     described(text(), "SEV1 (worst) to SEV5, or a word that the portal maps to it."),
		"services":     described(texts(), "Services that were affected."),
		"product":      text(),
		"environment":  text(),
		"detected_by":  described(text(), "alert, customer, staff, chaos."),
		"duplicate_of": text(),
		"related":      texts(),
	})
}

func timesSchema() object {
	times := object{}
	for name, what := range map[string]string{
		"started": "Impact begins; all durations count from here.", "detected": "A person or a monitor noticed it.",
		"acknowledged": "A responder took it on.", "diagnosed": "The cause was understood.", "mitigated": "Users were no longer affected.",
		"recovered": "Systems ran as before.", "resolved": "No work was left.",
	} {
		times[name] = described(moment(), what)
	}
	return properties(times)
}

func impactSchema() object {
	return properties(object{
		"summary": text(),
		"users":   described(text(), "As it is known: 1,200, or all of eu-1."),
		"requests_pct": described(object{"type": []string{"number", "null"}, "minimum": 0, "maximum": 100},
			"Share of requests that failed, in percent."),
		"slo": listOf(object{
			"type": "object", "required": []string{"ref"},
			"properties": object{"ref": text(), "budget_burned_pct": object{"type": []string{"number", "null"}, "minimum": 0}},
		}),
	})
}

func actionSchema() object {
	action := properties(object{
		"id": text(), "text": described(text(), "One sentence that begins with a verb."),
		"type": enum("prevent", "detect", "mitigate", "process"), "owner": text(), "due": moment(), "priority": text(),
		"status": enum(ActionStatuses()...), "done_at": moment(), "ticket": text(),
	})
	action["required"] = []string{"text"}
	return action
}

func sourceSchema() object {
	return properties(object{"url": text(), "archive_url": text(), "published_at": moment(), "fetched_at": moment(), "format": text()})
}

// text is the schema of a text; numbers and booleans are read as written. null is
// allowed everywhere: a template states keys that are not known yet.
func text() object { return object{"type": []string{"string", "number", "boolean", "null"}} }

// texts is the schema of a list of texts, or of one text.
func texts() object {
	return object{"type": []string{"array", "string", "number", "boolean", "null"}, "items": text()}
}

// moment is the schema of an RFC 3339 time, a date, or null. The pattern checks the
// date only, so that editors accept every form of time that the rules accept.
func moment() object {
	return object{"type": []string{"string", "null"}, "pattern": `^\d{4}-\d{2}-\d{2}`}
}

// enum is the schema of one of several words, or null.
func enum(words ...string) object {
	values := make([]any, 0, len(words)+1)
	for _, w := range words {
		values = append(values, w)
	}
	return object{"enum": append(values, nil)}
}

func listOf(item object) object { return object{"type": []string{"array", "null"}, "items": item} }

func anyOf(schemas ...object) object { return object{"anyOf": schemas} }

func properties(p object) object {
	return object{"type": []string{"object", "null"}, "properties": p, "additionalProperties": true}
}

// It changes and returns schema.
func described(schema object, what string) object {
	schema["description"] = what
	return schema
}
