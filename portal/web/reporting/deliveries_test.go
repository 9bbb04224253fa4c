package reporting_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/deliver/outbox"
)

// manyDeliveries are one that failed long ago and so many since that a list has no
// room for more.
type manyDeliveries struct{ reporting.Deliveries }

func (manyDeliveries) List(_ context.Context, states ...outbox.State) (out []outbox.Delivery, err error) {
	const room = 500
	all := []outbox.Delivery{{ID: "stuck", Report: "weekly", Period: "2026-W40", Revision: 1, Channel: "mail", Address: "<b>@example.org",
		State: outbox.Parked, Reason: "no such mailbox <i>"}}
	for i := range room {
		d := outbox.Delivery{ID: fmt.Sprint(i), Report: "daily", Period: "2026-11-21", Revision: i + 1, Channel: "ops", State: outbox.Done}
		all = append([]outbox.Delivery{d}, all...)
	}
	for _, d := range all {
		if (len(states) == 0 || slices.Contains(states, d.State)) && len(out) < room {
			out = append(out, d)
		}
	}
	return out, nil
}

// What needs a person stays on the page with its reason, whatever was delivered
// since; only who may send has the button.
func TestWhatFailedStaysOnThePage(t *testing.T) {
	t.Parallel()
	s := site.WithReports(t, webtest.Weekly(t), func(d *web.Deps, _ *web.Options) { d.Deliveries = manyDeliveries{} })
	for role, may := range map[string]bool{"admin": true, "reader": false} {
		w := s.Get("/x/deliveries", "Authorization", "Bearer pst_"+role)
		page := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(page, "no such mailbox &lt;i&gt;") || !strings.Contains(page, "&lt;b&gt;@example.org") {
			t.Errorf("%s: %d, without what failed", role, w.Code)
		}
		if strings.Contains(page, `action="/x/deliveries/stuck/resend"`) != may || strings.Count(page, "/resend") > 1 {
			t.Errorf("%s: the button is there: %v", role, !may)
		}
		if strings.Contains(page, `<a href="/x/login">logged in</a>`) == may {
			t.Errorf("%s: who may send again is said: %v", role, may)
		}
	}
}
