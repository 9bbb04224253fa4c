package api

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// The types below are strings of a fixed set. Each takes its set from the package
// that owns it, for the description of the API and for the check of parameters, so
// that no list is repeated here. They implement huma.SchemaProvider.
type (
	documentKind   string
	actionStatus   string
	linkKind       string
	sloState       string
	statementState string
	sourceState    string
)

// Schema implements huma.SchemaProvider.
func (documentKind) Schema(huma.Registry) *huma.Schema { return oneOf(postmortems.Kinds()) }

// Schema implements huma.SchemaProvider.
func (actionStatus) Schema(huma.Registry) *huma.Schema { return oneOf(postmortems.ActionStatuses()) }

// Schema implements huma.SchemaProvider.
func (linkKind) Schema(huma.Registry) *huma.Schema { return oneOf(incident.LinkKinds()) }

// Schema implements huma.SchemaProvider.
func (sloState) Schema(huma.Registry) *huma.Schema { return oneOf(slo.States()) }

// Schema implements huma.SchemaProvider.
func (statementState) Schema(huma.Registry) *huma.Schema { return oneOf(sql.States()) }

// Schema implements huma.SchemaProvider.
func (sourceState) Schema(huma.Registry) *huma.Schema { return oneOf(feedstore.SourceStates()) }

// oneOf returns the schema of a string that has one of the given values. The order of
// the values is that of the owner.
func oneOf[T ~string](values []T) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		schema.Enum = append(schema.Enum, string(v))
	}
	return schema
}
