// Package messages is the catalogue of the texts that people see on pages, in
// mails, in chats and in reports. Texts are data in one TOML file per language; Go
// code and templates name them by key. Errors, logs, the command line and the API
// are English and stay in the code.
//
// # Add a text
//
// Add a line to the section of its page in en.toml, sections and keys in
// alphabetical order:
//
//	[incident]
//	report_button = "Report an incident"
//	sources = "Sources: {{.Names}}"
//
// A text that depends on a number has a form for each CLDR plural category of the
// language. In English these are "one" and "other":
//
//	[slo.missed]
//	one = "1 SLO missed"
//	other = "{{.Count}} SLOs missed"
//
// A text with markup has a key that ends in _html. Arguments are escaped for the
// place where they stand:
//
//	missing_html = 'No post-mortem yet. <a href="{{.Link}}">Start one</a>'
//
// Write {{.Name}} and nothing else between braces: no conditions, no functions. A
// sentence with two variants is two keys, chosen by the caller. The words id, hash,
// description, leftdelim, rightdelim, zero, one, two, few, many, other and
// translation are names of the file format and cannot be the last part of a key.
//
// # Use a text
//
//	printer.Text("incident.sources", "Names", names)
//	printer.Count("slo.missed", n)
//	printer.HTML("incident.missing_html", "Link", link)
//
//	{{t "incident.sources" "Names" .Names}}
//	{{count "slo.missed" .Missed}}
//	{{t_html "incident.missing_html" "Link" .Link}}
//
// Arguments are pairs of name and value. Pass numbers as numbers: whole numbers get
// thousands separators. Pass a year or a revision number as a string.
//
// Keys are string literals, so that TestEveryKeyIsUsed and TestEveryUsedKeyExists
// find them. A key that is computed is written with Key, whose prefix is a literal
// and counts as a use of every key below it:
//
//	printer.Text(messages.Key("incident.state.", state))
//	{{t (key "incident.state." .State)}}
//
// # Add a language
//
// Copy en.toml to a file named for the language (zh.toml, pt-BR.toml) and translate
// the values. New fails when the file lacks a key, has an extra one, uses an
// argument that English does not have, or lacks a plural form of its language.
package messages
