package incidents

import (
	"testing"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/incident"
)

// TestWhoSaidIsWhoWasBelieved: two people entered one incident, and the one whose
// words are on the page is the one who is named beside them.
func TestWhoSaidIsWhoWasBelieved(t *testing.T) {
	t.Parallel()
	voices := []incident.Record{
		{Source: "portal", Form: "portal", Ref: "E-1", By: "ana", At: webtest.Ago(50), Title: "Down", Severity: "SEV1",
			Times: webtest.Moments(incident.Started, 60)},
		{Source: "portal", Form: "portal", Ref: "E-2", By: "bo", At: webtest.Ago(40), Title: "Down", Severity: "SEV3",
			Aliases: []string{"E-1"}, Times: webtest.Moments(incident.Started, 60)},
	}
	in := incident.Fold(voices, nil, webtest.Policy())[0]
	believed := map[string]string{"SEV1": "ana", "SEV3": "bo"}[in.Severity]
	if got := whoSaid((&Handler{}).sources(in), in.Said["severity"]); len(in.Records) != 2 || got.Name != believed {
		t.Errorf("%s of %d voices is said to be %s's, it is %s's", in.Severity, len(in.Records), got.Name, believed)
	}
}
