package app

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/deliver"
	"github.com/postern/postern/reports/deliver/outbox"

	"github.com/postern/postern/reports/export"
)

const (
	// mailTimeout bounds one conversation with the mail server.
	mailTimeout = 30 * time.Second
	// deliverEvery is how often the queue is checked for messages that are due.
	deliverEvery = time.Minute
	// mailCharts is how many charts a mail carries; the page has all of them.
	mailCharts = 3
)

// openDeliveries opens the outbox with a sender for each configured channel, and marks
// the deliveries that the end of the last process interrupted as uncertain.
func (a *App) openDeliveries(ctx context.Context) error {
	senders, err := a.openSenders()
	if err != nil {
		return err
	}
	compose, err := deliver.NewComposer(a.texts)
	if err != nil {
		return err
	}
	a.outbox = outbox.New(outbox.Options{
		DB: a.db, Composer: &messageComposer{a: a, compose: compose}, Now: a.opt.Now, Log: a.log, Random: rand.Float64,
		Sender: func(channel string) (deliver.Sender, error) {
			if s, ok := senders[channel]; ok {
				return s, nil
			}
			return nil, notConfigured(channel)
		},
	})
	cut, err := a.outbox.Recover(ctx)
	if cut > 0 {
		a.log.Warn("deliveries were interrupted by the end of the process and are marked as uncertain", "count", cut)
	}
	return err
}

// openSenders returns the senders by channel name. Mail is the channel "mail", which no
// configured channel can be called.
func (a *App) openSenders() (map[string]deliver.Sender, error) {
	senders := map[string]deliver.Sender{}
	if m := a.opt.Config.Mail; m.Host != "" {
		s, err := deliver.NewMailer(deliver.SMTP{
			Host: m.Host, Port: m.Port, From: m.From, User: m.User, Password: m.Password.Reveal(), TLS: m.TLS, Timeout: mailTimeout, Now: a.opt.Now,
		})
		if err != nil {
			return nil, err
		}
		senders[string(deliver.Mail)] = s
	}
	client := deliver.NewClient()
	for name, c := range a.opt.Config.Channels {
		s, err := deliver.NewSender(channelOf(name, c), deliver.Options{Client: client, Now: a.opt.Now})
		if err != nil {
			return nil, err
		}
		senders[name] = s
	}
	return senders, nil
}

// canSend reports whether a recipient of this kind is configured. It does not examine
// whether the configuration works.
func (a *App) canSend(channel string) bool {
	if channel == string(deliver.Mail) {
		return a.opt.Config.Mail.Host != ""
	}
	_, known := a.opt.Config.Channels[channel]
	return known
}

// notConfigured returns the error of a recipient whose kind is not configured. Its
// message states what to configure, or how to write an address.
func notConfigured(channel string) error {
	if channel == string(deliver.Mail) {
		return fault.New(fault.NotFound, "app.deliver", "mail is not configured: the portal's operator states mail.host and mail.from")
	}
	if strings.Contains(channel, "@") {
		return fault.Newf(fault.NotFound, "app.deliver", "no channel is called %.80q: write an address of mail as mail:%.80s", channel, channel)
	}
	return fault.Newf(fault.NotFound, "app.deliver",
		"the channel %.40q is not configured: the portal's operator states it under channels", channel)
}

// channelOf returns a configured channel in the form that deliver takes.
func channelOf(name string, c config.Channel) deliver.Channel {
	return deliver.Channel{Name: name, Type: deliver.Type(c.Type), URL: c.URL.Reveal(), Secret: c.Secret.Reveal()}
}

// deliverDue is the job that queues and sends what is due. It returns a summary for the
// list of jobs.
func (a *App) deliverDue(ctx context.Context) (said string, err error) {
	if err := a.queueDeliveries(ctx); err != nil {
		return "", err
	}
	if err := a.outbox.Tick(ctx); err != nil {
		return "", err
	}
	waiting, err := a.outbox.List(ctx, outbox.Queued)
	if err != nil {
		return "", err
	}
	stuck, err := a.outbox.List(ctx, outbox.Parked, outbox.Uncertain)
	return fmt.Sprintf("%d waiting, %d need a person", len(waiting), len(stuck)), err
}

// deliveries implements reporting.Deliveries.
type deliveries struct {
	*outbox.Outbox
	a *App
}

// Send implements web.Deliveries: it sends the newest revision of a report to one
// recipient now, whatever was sent before. A recipient that is not configured is
// refused before anything is queued.
func (d deliveries) Send(ctx context.Context, report, per, channel, address string) (outbox.Delivery, error) {
	var none outbox.Delivery
	if channel == string(deliver.Mail) && address == "" {
		return none, fault.New(fault.Invalid, "app.send", "mail needs an address")
	}
	if !d.a.canSend(channel) {
		return none, notConfigured(channel) // before anything is queued: a typing error needs no follow-up
	}
	rev, err := d.a.published.Newest(ctx, report, per)
	if err != nil {
		return none, err
	}
	id := ""
	// The delivery is queued first, so that it has a receipt whatever happens next.
	err = d.a.db.Update(ctx, func(w kv.Writer) error {
		ids, err := d.Add(w, []outbox.Delivery{{Report: rev.Name, Period: rev.Period, Revision: rev.Number, Channel: channel, Address: address}})
		if err == nil {
			id = ids[0]
		}
		return err
	})
	if err != nil {
		return none, err
	}
	// One attempts the delivery now; a failed attempt stays queued and is no error.
	if err := d.One(ctx, id); err != nil {
		return none, err
	}
	return d.Get(ctx, id)
}

// messageComposer composes the messages that the outbox sends. It retains the last one:
// a revision goes to one recipient after the other, and its charts take longer to draw
// than everything else. Its lock also bounds the
// work: one message is composed at a time.
type messageComposer struct {
	a       *App
	compose *deliver.Composer

	mu   sync.Mutex
	last deliver.Message
}

// Compose implements outbox.Composer.
func (l *messageComposer) Compose(ctx context.Context, report, per string, revision int) (deliver.Message, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last.Report == report && l.last.Period == per && l.last.Revision == revision {
		return l.last, nil
	}
	message, err := l.write(ctx, report, per, revision)
	if err == nil {
		l.last = message
	}
	return message, err
}

// write composes the message of a revision, without the cache. The message is the same
// for all channels; each sender takes the forms that it needs. URL is of this revision,
// Latest of whichever is the newest when it is opened.
func (l *messageComposer) write(ctx context.Context, report, per string, revision int) (deliver.Message, error) {
	published, err := l.a.published.Report(ctx, report, per, revision)
	if err != nil {
		return deliver.Message{}, err
	}
	latest := l.a.URL() + "/reports/" + report + "/" + per
	raw, err := json.Marshal(published.Report)
	if err != nil {
		return deliver.Message{}, err
	}
	pictures, err := l.pictures(published.Report)
	if err != nil {
		return deliver.Message{}, err
	}
	words, err := l.a.words(ctx, published.Report, l.a.URL())
	if err != nil {
		return deliver.Message{}, err
	}
	return l.compose.Compose(deliver.Published{
		Report: published.Report, Revision: published.Number, At: published.PublishedAt, Portal: l.a.opt.Config.Name,
		URL: fmt.Sprintf("%s?rev=%d", latest, published.Number), Latest: latest, Base: l.a.URL(),
		Words: words, Markdown: export.Markdown(l.a.texts, published.Report, l.a.URL()), JSON: raw, Pictures: pictures,
	})
}

// pictures returns the first charts of a report as PNG, for mail, at most mailCharts.
// PNG because mail programs show no SVG; the colours are the light ones.
func (l *messageComposer) pictures(r reports.Report) (out []deliver.Picture, err error) {
	for i, c := range r.Charts {
		if len(out) == mailCharts {
			break
		}
		figure := export.Figure(l.a.texts, r, c)
		png, err := l.a.charts.drawer.PNG(figure, chart.Light)
		if err != nil {
			return nil, err
		}
		out = append(out, deliver.Picture{Name: fmt.Sprintf("chart-%d.png", i+1), Alt: c.Title, PNG: png})
	}
	return out, nil
}
