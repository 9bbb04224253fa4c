package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/postern/postern/cmd/postern/demo/story"
)

// seed of the story: every demonstration tells the same three months.
const seed = 20261124

// senders is how many sources post at the same time: the portal makes one commit
// of what comes in together.
const senders = 8

// Feeds posts what the feeds of the three months before now say to the portal's
// own endpoints, as the sources would: base is the portal's address, token a
// feeder's.
func Feeds(ctx context.Context, client *http.Client, base, token string, now time.Time) error {
	known, err := Troubles()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	posts := make(chan story.Post)
	var workers sync.WaitGroup
	for range senders {
		workers.Go(func() {
			for p := range posts {
				if err := post(ctx, client, base, token, p); err != nil {
					cancel(err)
				}
			}
		})
	}
	told := story.New(seed, now, known)
	for p := range told.Posts() {
		select {
		case posts <- p:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(posts)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return told.Err()
}

func post(ctx context.Context, client *http.Client, base, token string, p story.Post) error {
	address := base + "/api/v1/feeds/" + p.Format + "?source=" + url.QueryEscape(p.Source)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(p.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", p.ContentType)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
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
