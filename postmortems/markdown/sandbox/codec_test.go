package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// TestCodecKnowsEveryField compares the number of fields: a field that a renderer sets must be added
// to the codec, and here. The Role of a section is set later.
func TestCodecKnowsEveryField(t *testing.T) {
	for typ, want := range map[reflect.Type]int{
		reflect.TypeFor[postmortems.Body](): 8, reflect.TypeFor[postmortems.Heading](): 4, reflect.TypeFor[postmortems.Section](): 6,
		reflect.TypeFor[postmortems.Link](): 6, reflect.TypeFor[postmortems.Row](): 7, reflect.TypeFor[postmortems.Problem](): 7,
		reflect.TypeFor[postmortems.BodyInput](): 3,
	} {
		fields := typ.NumField()
		if _, later := typ.FieldByName("Role"); later {
			fields--
		}
		if fields != want {
			t.Errorf("%v has %d fields, the codec carries %d", typ, fields, want)
		}
	}
}

// replies generates replies with random texts and numbers.
func replies() *rapid.Generator[reply] {
	words := func(t *rapid.T, label string) []string { return rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, label) }
	return rapid.Custom(func(t *rapid.T) reply {
		s, n := rapid.String(), rapid.Int()
		done := rapid.Bool().Draw(t, "done")
		return reply{
			body: postmortems.Body{
				HTML: []byte("x" + s.Draw(t, "html")), H1: s.Draw(t, "h1"), Words: n.Draw(t, "words"), Mermaid: done,
				Headings: []postmortems.Heading{{Level: 2, Text: s.Draw(t, "heading"), Anchor: "h-x", Line: n.Draw(t, "line")}},
				Sections: []postmortems.Section{{Heading: "h", Anchor: "a", Level: 1, Text: s.Draw(t, "text"), Code: s.Draw(t, "code"), Line: 3}},
				Links: []postmortems.Link{{Kind: postmortems.LinkWiki, Raw: s.Draw(t, "raw"), Candidates: words(t, "candidates"), Fragment: "f",
					Line: 1, Col: 2}},
				Rows: []postmortems.Row{
					{Section: 1, Cells: words(t, "cells"), Header: words(t, "header"), Checked: &done, Links: words(t, "links"), Line: 9},
					{Cells: words(t, "cell"), Paragraph: true},
				},
			},
			problems: []postmortems.Problem{{Path: "p", Line: 1, Col: 2, Weight: postmortems.Error, Rule: "r",
				Message: s.Draw(t, "message"), Excerpt: "e"}},
		}
	})
}

func TestReplyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := replies().Draw(t, "reply")
		got, err := decodeReply(encodeReply(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n%+v\n%+v", err, got, want)
		}
	})
	if got, err := decodeReply(encodeReply(reply{failed: "why"})); err != nil || got.failed != "why" {
		t.Errorf("%+v %v", got, err)
	}
	in := postmortems.BodyInput{Path: "a.md", Markdown: []byte("# x"), FirstLine: 7}
	if got, err := decodeInput(encodeInput(in)); err != nil || !reflect.DeepEqual(got, in) {
		t.Errorf("%+v %v", got, err)
	}
}

// No part of a reply is a valid reply.
func TestTruncatedRepliesAreMalformed(t *testing.T) {
	whole := encodeReply(replies().Example(1))
	for i := range whole {
		if _, err := decodeReply(whole[:i]); !errors.Is(err, errMalformed) {
			t.Fatalf("%d of %d bytes: %v", i, len(whole), err)
		}
	}
	if _, err := decodeReply(append(whole, 0)); !errors.Is(err, errMalformed) {
		t.Error("an additional byte is not an error")
	}
}

func FuzzDecodeReply(f *testing.F) {
	f.Add(encodeReply(replies().Example(1)))
	f.Add(encodeReply(reply{failed: "x"}))
	f.Add([]byte{statusBody, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeReply(data)
		if err != nil {
			if !errors.Is(err, errMalformed) {
				t.Fatal(err)
			}
			return
		}
		again, err := decodeReply(encodeReply(r))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%v\n%+v\n%+v", err, r, again)
		}
	})
}

func TestFrames(t *testing.T) {
	var pipe bytes.Buffer
	long := []byte(strings.Repeat("x", 3*firstRead+7))
	for _, payload := range [][]byte{{}, []byte("a"), long} {
		if err := writeFrame(&pipe, payload); err != nil {
			t.Fatal(err)
		}
	}
	r := iotest.HalfReader(&pipe)
	for _, want := range [][]byte{{}, []byte("a"), long} {
		got, err := readFrame(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if _, err := readFrame(r); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"\xff\xff\xff\xff", "\x00\x00\x00\x05abc"} {
		if _, err := readFrame(strings.NewReader(bad)); !errors.Is(err, errMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := writeFrame(io.Discard, make([]byte, MaxFrame+1)); err == nil {
		t.Error("a frame over the limit was written")
	}
}

func TestServe(t *testing.T) {
	var in, out bytes.Buffer
	if err := writeFrame(&in, encodeInput(postmortems.BodyInput{Path: "a.md", Markdown: []byte("# T"), FirstLine: 1})); err != nil {
		t.Fatal(err)
	}
	if err := Serve(&in, &out, markdown.New(markdown.Options{})); err != nil {
		t.Fatal(err)
	}
	payload, err := readFrame(&out)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := decodeReply(payload); err != nil || r.body.H1 != "T" {
		t.Fatalf("%+v %v", r, err)
	}
	if err := Serve(strings.NewReader("\x00\x00\x00\x01x"), io.Discard, failing{}); err == nil {
		t.Error("a malformed request is not an error")
	}
}

// failing is a renderer that always fails.
type failing struct{}

func (failing) RenderBody(context.Context, postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	return postmortems.Body{}, nil, errors.New("no")
}
