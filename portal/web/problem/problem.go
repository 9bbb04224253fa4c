// Package problem owns the one table from error kinds to HTTP answers and the
// RFC 9457 problem document, for the pages and for the API alike.
//
// Data layout: nothing is stored. A document on the wire is
//
//	{"type":"about:blank","title":"Not Found","status":404,
//	 "detail":"…for people…","kind":"not_found","request_id":"…"}
package problem

import (
	"encoding/json"
	"net/http"

	"github.com/postern/postern/portal/base/fault"
)

// ContentType is what a problem document is sent as.
const ContentType = "application/problem+json"

// Document is an RFC 9457 problem document. It is also an error, and carries the cause
// for the log, which is never sent.
type Document struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Kind      string `json:"kind"`            // fault.Kind's name: what a program switches on
	Field     string `json:"field,omitempty"` // the part of the request that is wrong
	RequestID string `json:"request_id,omitempty"`

	cause error
}

// Status returns the HTTP status for a kind of error. It is the only such table.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid, fault.TooWide:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Gone:
		return http.StatusGone
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable, fault.Timeout:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Full:
		return http.StatusInsufficientStorage
	case fault.Misdirected:
		return http.StatusMisdirectedRequest
	}
	return http.StatusInternalServerError
}

// Of makes the document for an error.
func Of(err error) *Document {
	kind := fault.KindOf(err)
	status := Status(kind)
	return &Document{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: fault.Message(err), Kind: kind.String(), Field: fault.FieldOf(err), cause: err,
	}
}

// Error returns the text for logs.
func (d *Document) Error() string {
	if d.cause != nil {
		return d.cause.Error()
	}
	return d.Detail
}

// Unwrap returns the error that the document was made of.
func (d *Document) Unwrap() error { return d.cause }

// GetStatus returns the HTTP status. Its name is the one that huma calls.
func (d *Document) GetStatus() int { return d.Status }

// ContentType names the media type of the document (the method's name is huma's).
func (d *Document) ContentType(string) string { return ContentType }

// Write sends the document.
func (d *Document) Write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(d.Status)
	return json.NewEncoder(w).Encode(d)
}
