package page

import (
	"bytes"
	"container/list"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/static"
)

// cache holds finished pages, bounded in bytes. An entry is valid for one State; a newer
// one replaces it. The least recently used entries are dropped when the cache is full.
type cache struct {
	limit int // bytes

	mu    sync.Mutex
	size  int
	order *list.List // of *Finished, most recently used first
	byKey map[string]*list.Element
}

// Finished is a page that is ready to send, in both encodings. Its slices never change.
type Finished struct {
	// Read counts one reading; nil for pages that are not counted.
	Read func()

	key   string
	valid State
	plain []byte
	zip   []byte
	// Header values, made once.
	etag, plainLength, zipLength []string
}

// State is what a page depends on besides its address. Pages of equal states are equal.
type State struct {
	Seq uint64 // of the library, or of what else the page shows
	Day int64  // Unix seconds of the UTC day; 0 for pages that do not depend on it
	Bad int    // rows of the database that cannot be read, which every page states
}

// newCache returns an empty cache of at most limit bytes.
func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

// get returns the page of a key if it was made for the state, and nil otherwise.
func (c *cache) get(key string, now State) *Finished {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil || e.Value.(*Finished).valid != now {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*Finished)
}

// put stores a page, unless it is so large that it would displace most others.
func (c *cache) put(f *Finished) {
	const share = 8 // at most an eighth of the cache for one page
	if f.bytes() > c.limit/share {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byKey[f.key]; e != nil {
		c.remove(e)
	}
	c.byKey[f.key] = c.order.PushFront(f)
	c.size += f.bytes()
	for c.size > c.limit {
		c.remove(c.order.Back())
	}
}

// remove drops one entry. The caller holds the lock.
func (c *cache) remove(e *list.Element) {
	f := c.order.Remove(e).(*Finished)
	delete(c.byKey, f.key)
	c.size -= f.bytes()
}

// bytes returns how much memory an entry takes, estimated.
func (f *Finished) bytes() int {
	const overhead = 256 // bytes of map entry, list element and headers
	return len(f.plain) + len(f.zip) + 2*len(f.key) + overhead
}

// SendCached answers with the finished page of a key if there is one for the state; sent
// is false otherwise.
func (k *Kit) SendCached(r *Request, key string, state State) (sent bool, err error) {
	f := k.cache.get(key, state)
	if f == nil {
		return false, nil
	}
	return true, k.SendFinished(r, f)
}

// Keep stores a finished page under a key.
func (k *Kit) Keep(key string, f *Finished) {
	f.key = key
	k.cache.put(f)
}

// Cached answers with the finished page of a key. build returns the page's struct; it is
// called if there is no page for the state yet.
func (k *Kit) Cached(r *Request, name, key string, state State, build func() (any, error)) error {
	if sent, err := k.SendCached(r, key, state); sent || err != nil {
		return err
	}
	view, err := build()
	if err != nil {
		return err
	}
	f, err := k.Finish(name, view, state, key)
	if err != nil {
		return err
	}
	k.Keep(key, f)
	return k.SendFinished(r, f)
}

// Finish renders a page once, in both encodings. of distinguishes the pages of one state.
func (k *Kit) Finish(name string, view any, state State, of string) (*Finished, error) {
	var b bytes.Buffer
	if err := k.views.execute(&b, name, "layout", view); err != nil {
		return nil, fault.Wrap(fault.Internal, "web.finish", "", err)
	}
	zip, err := static.Gzip(b.Bytes())
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "web.finish", "", err)
	}
	h := fnv.New128a()
	fmt.Fprintf(h, "%s %d %d %s", of, state.Seq, state.Day, k.views.sum)
	if state.Bad > 0 {
		fmt.Fprintf(h, " %d", state.Bad)
	}
	return &Finished{
		valid: state, plain: b.Bytes(), zip: zip,
		etag:        []string{fmt.Sprintf(`W/"%x"`, h.Sum(nil))},
		plainLength: []string{strconv.Itoa(b.Len())}, zipLength: []string{strconv.Itoa(len(zip))},
	}, nil
}

// finishedHeaders are header values of finished pages, shared between answers.
type finishedHeaders struct{ contentType, cacheControl, vary, gzip []string }

// newFinishedHeaders returns the values that every finished page has.
func newFinishedHeaders() finishedHeaders {
	return finishedHeaders{
		contentType: []string{"text/html; charset=utf-8"}, cacheControl: []string{"private, no-cache"},
		vary: []string{"Accept-Encoding"}, gzip: []string{"gzip"},
	}
}

// SendFinished answers with a finished page, or with 304 if the client has it.
func (k *Kit) SendFinished(r *Request, f *Finished) error {
	w := r.Writer
	h := w.Header()
	h["Cache-Control"], h["Vary"], h["Etag"] = k.sent.cacheControl, k.sent.vary, f.etag
	if f.Read != nil && r.Method == http.MethodGet {
		f.Read()
	}
	if Matches(r.Header.Get("If-None-Match"), f.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = k.sent.contentType
	body, length := f.plain, f.plainLength
	if static.AcceptsGzip(r.Request) {
		body, length = f.zip, f.zipLength
		h["Content-Encoding"] = k.sent.gzip
	}
	h["Content-Length"] = length
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// Matches reports whether a header If-None-Match names the tag. The comparison is weak.
func Matches(header, etag string) bool {
	if header == "" {
		return false
	}
	if header == etag || header == "*" {
		return true
	}
	for one := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
