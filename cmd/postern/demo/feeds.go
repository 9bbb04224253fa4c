package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/cmd/postern/demo/story"
)

// seed is the seed of the story: every demo has the same three months, so that pictures
// and texts about it stay true. The instant at which they end is that of the start.
const seed = 20261124

// senders is how many posts are in flight at once. The portal commits what arrives
// together in one transaction, so that several senders wait for fewer syncs of the disk
// than one does.
const senders = 8

// Account is how one sender reaches the portal: its address without a trailing slash,
// and the secret of a token with the role feeder.
type Account struct{ URL, Token string }

// Feeds posts the feeds of the three months before now to the portal's own endpoints,
// as the sources do. It calls show after each post, one call at a time.
//
// The first post that fails ends all others, and its error is returned. What was posted
// before stays; a second call is harmless, as the portal recognizes each fact by its
// key.
func Feeds(ctx context.Context, client *http.Client, to Account, now time.Time, show func(done, total int)) error {
	known, err := Troubles()
	if err != nil {
		return err
	}
	sample := story.New(seed, now, known)
	// The posts are made before the first is sent, so that show receives the total and
	// an error of making one is found before anything is stored.
	all := slices.Collect(sample.Posts())
	if err := sample.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// next and done are guarded by mu: the number of posts taken by a sender, and of
	// those accepted by the portal.
	var next, done int
	var mu sync.Mutex
	// take returns the next post; false when all are taken, or one has failed.
	take := func() (story.Post, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(all) || ctx.Err() != nil {
			return story.Post{}, false
		}
		next++
		return all[next-1], true
	}
	var workers sync.WaitGroup
	for range senders {
		workers.Go(func() {
			for p, ok := take(); ok; p, ok = take() {
				if err := post(ctx, client, to, p); err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				done++
				show(done, len(all))
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	// Cause returns the error of the post that failed first, not the "context canceled"
	// of those that it interrupted. It is nil when no one canceled.
	return context.Cause(ctx)
}

// post sends one body. The portal answers 202 when it has stored the body, also when
// items of it became dead letters: the story has two such bodies on purpose.
func post(ctx context.Context, client *http.Client, to Account, p story.Post) error {
	address := to.URL + "/api/v1/feeds/" + p.Format + "?source=" + url.QueryEscape(p.Source)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(p.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+to.Token)
	req.Header.Set("Content-Type", p.ContentType)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	// An error quotes the answer, which is one problem document.
	const most = 1 << 10
	said, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("posting %s of %s: %s: %s", p.Format, p.Source, res.Status, said)
	}
	return nil
}
