package mcp

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
)

// documentInput is the input of get_document.
type documentInput struct {
	ID     string `json:"id" jsonschema:"the document's id, its path in the repository, or its url"`
	Offset int    `json:"offset,omitempty" jsonschema:"bytes of the Markdown to skip: next_offset of the previous piece"`
}

// documentOutput is one document, or a piece of a long one.
type documentOutput struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Kind       string   `json:"kind"`
	URL        string   `json:"url" jsonschema:"URL of its page"`
	Path       string   `json:"path" jsonschema:"the file in the repository"`
	Date       string   `json:"date,omitempty"`
	Status     string   `json:"status"`
	Services   []string `json:"services"`
	Markdown   string   `json:"markdown" jsonschema:"the file with its front matter, or a piece of it"`
	NextOffset *int     `json:"next_offset" jsonschema:"offset of the next piece; null at the end"`
}

// pieceBytes is the maximum size of the Markdown in one answer: about 8,000 tokens.
const pieceBytes = 32 << 10

// page is a document of the API with the fields that the tools use. It is decoded from
// JSON, not shared with package api, so that the tools depend on the public contract
// alone.
type page struct {
	ID, Title, Kind, URL, Path, Date, Status, Severity string
	Services                                           []string
	Summary                                            string
	Markdown                                           string
	Incident                                           struct {
		Ref        string
		Aliases    []string
		DetectedBy string `json:"detected_by"`
	}
	Times           map[string]*string
	DetectSeconds   *int64 `json:"detect_seconds"`
	DiagnoseSeconds *int64 `json:"diagnose_seconds"`
	RecoverSeconds  *int64 `json:"recover_seconds"`
	Impact          struct{ Summary string }
	Trigger         string
	RootCauses      []string                     `json:"root_causes"`
	Factors         []struct{ Tag, Text string } `json:"contributing_factors"`
	Alerts          []string
	Timeline        []struct{ At, Raw, Text string }
	Actions         []struct{ ID, Text, Type, Owner, Due, Status string }
}

// document is the tool get_document. It returns a long document in pieces, because a
// model's context is limited. An offset outside of the document is fault.Invalid.
func (t tools) document(ctx context.Context, in documentInput) (documentOutput, error) {
	d, err := t.portal.page(ctx, in.ID)
	if err != nil {
		return documentOutput{}, err
	}
	if in.Offset < 0 || in.Offset > len(d.Markdown) {
		return documentOutput{}, fault.Newf(fault.Invalid, "mcp", "offset must be between 0 and %d, the length of the document", len(d.Markdown))
	}
	out := documentOutput{
		ID: d.ID, Title: d.Title, Kind: d.Kind, URL: t.portal.absolute(d.URL), Path: d.Path, Date: d.Date, Status: d.Status,
		Services: list(d.Services),
	}
	piece, rest := cutPiece(d.Markdown[in.Offset:])
	out.Markdown = strings.ToValidUTF8(piece, "\uFFFD")
	if rest {
		next := in.Offset + len(piece)
		out.NextOffset = &next
	}
	return out, nil
}

// cutPiece returns the beginning of a text, at most pieceBytes long, up to the end of a
// line if that keeps at least half of it. It never splits a character. rest reports
// whether more follows.
func cutPiece(s string) (piece string, rest bool) {
	if len(s) <= pieceBytes {
		return s, false
	}
	n := pieceBytes
	for n > pieceBytes-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	if i := strings.LastIndexByte(s[:n], '\n'); i > n/2 {
		n = i + 1
	}
	return s[:n], true
}

// page reads a document by its id, path or URL. Kinds: fault.Invalid for an empty ref,
// and those of call.
func (p *Portal) page(ctx context.Context, ref string) (page, error) {
	var d page
	address, err := p.address(ref)
	if err != nil {
		return d, err
	}
	return d, p.get(ctx, address, &d)
}
