package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// search is one sample search: its text, how often it is made, and how often a result
// is opened.
type search struct {
	text          string
	times, opened int
}

// searches returns the searches of a week: some lead to a document, some find nothing,
// and one has results that are never opened. The page of searches without results ranks
// them by how often they were made, so the numbers differ.
func searches() []search {
	return []search{
		{"connection pool exhausted", 4, 3}, {"kafka rebalance", 3, 2}, {"慢查询", 2, 2}, {"certificate expired", 2, 1},
		{"rabbitmq", 3, 0}, {"zookeeper", 2, 0}, {"who is on call tonight", 3, 0},
	}
}

// missing returns a reader's note about the first search without results.
func missing() url.Values {
	return url.Values{"q": {"rabbitmq"}, "words": {"notify moved to it in the summer; when a mirror falls behind, nothing says what to do."}}
}

// Searches makes the sample searches as browsers do and leaves a note about a missing
// runbook. base is the portal's URL, token the token of a reader. It stops at the first
// error. Each search has a page view of its own, as those of separate visits have.
func Searches(ctx context.Context, client *http.Client, base, token string) error {
	b := browser{client, base, token}
	page := 0
	for _, s := range searches() {
		for i := range s.times {
			page++
			view := url.Values{"q": {s.text}, "page": {fmt.Sprintf("demo%012d", page)}}
			if err := b.do(ctx, http.MethodGet, "/search?"+view.Encode(), nil); err != nil {
				return err
			}
			if i < s.opened {
				if err := b.do(ctx, http.MethodPost, "/search/opened", view); err != nil {
					return err
				}
			}
		}
	}
	return b.do(ctx, http.MethodPost, "/gaps/report", missing())
}

// browser sends the requests that a reader's browser sends.
type browser struct {
	client      *http.Client
	base, token string
}

// do sends one request and reads its answer. A nil form is a request without a body. A
// request that accepts HTML is one of a page view, to which the portal assigns the
// result that is opened.
func (b browser) do(ctx context.Context, method, path string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Authorization", "Bearer "+b.token)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	// The body is read so that the connection is used again.
	const most = 1 << 20
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, most)); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return nil
}
