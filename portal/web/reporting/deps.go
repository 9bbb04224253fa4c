package reporting

import (
	"context"

	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/reportstore"
)

// Deps are the parts of the portal that these pages use. Their methods may be called
// from many goroutines.
type Deps struct {
	Reports    Reports    // nil: there are none, and the pages answer 404
	Charts     Charts     // of reports; set when Reports is
	Printer    Printer    // nil: no PDF
	Jobs       Jobs       // nil: no page of jobs
	Deliveries Deliveries // nil: no page of deliveries
}

// Reports are the published reports. Errors are faults: NotFound when there is no
// such report, period or revision.
type Reports interface {
	// Definitions returns the reports that exist, built-in ones first.
	Definitions(ctx context.Context) ([]reports.Definition, error)
	// List returns the newest revision of each period, latest period first; name ""
	// is every report.
	List(ctx context.Context, name, cursor string, limit int) (rows []reportstore.Revision, next string, err error)
	// Report reads one revision; number 0 is the newest.
	Report(ctx context.Context, name, period string, number int) (reportstore.Published, error)
	// Newest returns the row of the newest revision. It is called for each request.
	Newest(ctx context.Context, name, period string) (reportstore.Revision, error)
	// Revisions returns all revisions of a period, newest first.
	Revisions(ctx context.Context, name, period string) ([]reportstore.Revision, error)
	// Preview compiles a period without storing it; a running one as far as it goes.
	Preview(ctx context.Context, name, period string) (reports.Report, error)
	// Run makes a period's report now; force also when it is closed. made is false when
	// the newest revision is the same already.
	Run(ctx context.Context, name, period string, force bool) (rev reportstore.Revision, made bool, err error)
	// Words returns the lead's notes on a report as safe HTML, empty without any. base is
	// the prefix of the addresses in it.
	Words(ctx context.Context, r reports.Report, base string) ([]byte, error)
}

// Charts draws the charts of a report.
type Charts interface {
	// Inline is an SVG element for a page, coloured by its style sheet.
	Inline(r reports.Report, c reports.Chart, id string) ([]byte, error)
	SVG(r reports.Report, c reports.Chart) ([]byte, error)
	PNG(r reports.Report, c reports.Chart) ([]byte, error)
	// Table is the chart's values in words.
	Table(r reports.Report, c reports.Chart) (head []string, rows [][]string)
}

// Printer makes a PDF of a page that needs nothing from elsewhere.
type Printer interface {
	// PDF fails with fault.Unavailable when there is no browser to print with.
	PDF(ctx context.Context, page []byte) ([]byte, error)
}

// Jobs are the background jobs.
type Jobs interface {
	Status(ctx context.Context) ([]jobs.Status, error)
	RunNow(name, who string) error
}

// Deliveries is what was sent of reports, and what became of it.
type Deliveries interface {
	// List returns the deliveries of the states (none: all), newest first.
	List(ctx context.Context, states ...outbox.State) ([]outbox.Delivery, error)
	// Resend queues one that is parked or uncertain again; fault.Conflict for
	// others.
	Resend(ctx context.Context, id, who string) (outbox.Delivery, error)
	// Send sends the newest revision of a report to one place now, whatever its
	// definition states, and returns the delivery. What has arrived before is not sent
	// again.
	Send(ctx context.Context, report, period, channel, address string) (outbox.Delivery, error)
}
