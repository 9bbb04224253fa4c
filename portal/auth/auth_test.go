package auth_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
)

// world is a store with a clock that only moves when told.
type world struct {
	*auth.Store
	audit *auth.Audit
	db    kv.DB
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), boltkv.Options{Schemas: []kv.Schema{auth.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{db: db, now: time.Date(2026, 11, 23, 9, 41, 7, 0, time.UTC)}
	w.restart()
	return w
}

func (w *world) clock() time.Time { return w.now }

// restart forgets all that is only in memory.
func (w *world) restart() {
	w.Store = auth.New(w.db, w.clock, rand.NewChaCha8([32]byte{byte(w.now.Unix())}))
	w.audit = auth.NewAudit(w.db, w.clock)
}

func (w *world) create(t *testing.T, role auth.Role, expires time.Time) (string, auth.Token) {
	t.Helper()
	secret, token, err := w.Create(t.Context(), auth.Grant{Name: "wei's laptop", Role: role, Expires: expires})
	if err != nil {
		t.Fatal(err)
	}
	return secret, token
}

func (w *world) login(t *testing.T, secret string) (string, time.Time) {
	t.Helper()
	session, expires, err := w.Login(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	return session, expires
}

func wantUnauthenticated(t *testing.T, what string, err error, words string) {
	t.Helper()
	if fault.KindOf(err) != fault.Unauthenticated || !strings.Contains(fault.Message(err), words) {
		t.Errorf("%s: %v; want unauthenticated, with %q", what, err, words)
	}
}

func TestTokenLife(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Author, w.now.Add(time.Hour))
	if !regexp.MustCompile("^"+auth.SecretPattern+"$").MatchString(secret) || len(token.ID) != 8 {
		t.Errorf("secret %q, id %q", secret, token.ID)
	}
	who, err := w.Token(t.Context(), secret)
	if want := (auth.Principal{TokenID: token.ID, Name: "wei's laptop", Role: auth.Author}); err != nil || !reflect.DeepEqual(who, want) {
		t.Errorf("got %+v, %v", who, err)
	}
	w.now = w.now.Add(time.Hour)
	_, err = w.Token(t.Context(), secret)
	wantUnauthenticated(t, "expired", err, "expired at 2026-11-23T10:41:07Z")

	secret, token = w.create(t, auth.Reader, time.Time{})
	if err := w.Revoke(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.Token(t.Context(), secret)
	wantUnauthenticated(t, "revoked", err, "revoked")
	first := w.now
	w.now = w.now.Add(time.Minute)
	if err := w.Revoke(t.Context(), token.ID); err != nil {
		t.Errorf("revoking again: %v", err)
	}
	tokens, err := w.List(t.Context())
	if err != nil || len(tokens) != 2 || !tokens[1].Revoked.Equal(first) {
		t.Errorf("list: %+v, %v", tokens, err)
	}
	for _, id := range []string{"", "aaaaaaaa", strings.Repeat("x", 9999), "a\x00b"} {
		if err := w.Revoke(t.Context(), id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("revoking %.20q: %v", id, err)
		}
	}
}

func TestUnknownSecrets(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Admin, time.Time{})
	for _, s := range []string{
		"", "pst_", secret[4:], secret + "0", strings.ToUpper(secret), secret[:46] + "é", " " + secret, "pst_" + strings.Repeat("0", 43),
		token.ID, strings.Repeat("pst_", 1<<20), secret[:46] + "\x00",
	} {
		_, err := w.Token(t.Context(), s)
		wantUnauthenticated(t, s[:min(len(s), 60)], err, "not known")
	}
}

func TestNothingStoredGivesASecretAway(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.create(t, auth.Admin, time.Time{})
	session, _ := w.login(t, secret)
	var stored bytes.Buffer
	if err := w.db.Backup(t.Context(), &stored); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{secret, secret[4:], session, session[9:]} {
		if bytes.Contains(stored.Bytes(), []byte(s)) {
			t.Errorf("%q lies in the database", s)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	w := newWorld(t)
	for name, call := range map[string]func() error{
		"no name": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "  ", Role: auth.Reader})
			return err
		},
		"a long name": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: strings.Repeat("n", 81), Role: auth.Reader})
			return err
		},
		"an escape": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "a\x1b[2J", Role: auth.Reader})
			return err
		},
		"a bidi sign": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "a\u202eb", Role: auth.Reader})
			return err
		},
		"bad UTF-8": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "a\xff", Role: auth.Reader})
			return err
		},
		"unknown role": func() error { _, _, err := w.Create(t.Context(), auth.Grant{Name: "n", Role: "root"}); return err },
		"no role":      func() error { _, _, err := w.Create(t.Context(), auth.Grant{Name: "n", Role: ""}); return err },
		"a reader bound to a source": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "n", Role: auth.Reader, Sources: []string{"am"}})
			return err
		},
		"an empty source":     func() error { return bind(t, w, "") },
		"a long source":       func() error { return bind(t, w, strings.Repeat("s", 101)) },
		"a source with ends":  func() error { return bind(t, w, "am ") },
		"a source with a tab": func() error { return bind(t, w, "a\tm") },
		"a hidden character":  func() error { return bind(t, w, "a\u200bm") },
		"many sources":        func() error { return bind(t, w, strings.Split(strings.Repeat("s ", 50)+"s", " ")...) },
		"the past": func() error {
			_, _, err := w.Create(t.Context(), auth.Grant{Name: "n", Role: auth.Reader, Expires: w.now})
			return err
		},
	} {
		if err := call(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if tokens, err := w.List(t.Context()); err != nil || len(tokens) != 0 {
		t.Errorf("left behind: %+v, %v", tokens, err)
	}
	dry := auth.New(w.db, w.clock, strings.NewReader("too little"))
	if _, _, err := dry.Create(t.Context(), auth.Grant{Name: "n", Role: auth.Reader}); fault.KindOf(err) != fault.Internal {
		t.Errorf("without randomness: %v", err)
	}
}

func TestLastUsedIsToTheHourAndNeedsNoWrite(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.create(t, auth.Reader, time.Time{})
	lastUsed := func() time.Time {
		t.Helper()
		tokens, err := w.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tokens[0].LastUsed
	}
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("never used, and at %v", at)
	}
	err := w.db.Update(t.Context(), func(kv.Writer) error { // no other writer can run meanwhile
		_, err := w.Token(t.Context(), secret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if at := lastUsed(); !at.Equal(hour) {
		t.Errorf("last used %v, want %v", at, hour)
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.restart()
	if at := lastUsed(); !at.Equal(hour) {
		t.Errorf("after a restart last used %v, want %v", at, hour)
	}
	w.now = w.now.Add(-3 * time.Hour) // a clock set back does not undo it
	if _, err := w.Token(t.Context(), secret); err != nil || !lastUsed().Equal(hour) {
		t.Errorf("after the clock went back: %v, %v", lastUsed(), err)
	}
}

func bind(t *testing.T, w *world, sources ...string) error {
	t.Helper()
	_, _, err := w.Create(t.Context(), auth.Grant{Name: "n", Role: auth.Feeder, Sources: sources})
	return err
}

// A feeder is bound permanently: its secret has the same sources after a restart and in
// a browser.
func TestAFeederIsBoundToItsSources(t *testing.T) {
	w := newWorld(t)
	secret, token, err := w.Create(t.Context(), auth.Grant{Name: "eu", Role: auth.Feeder, Sources: []string{"b", "a", "b"}})
	if err != nil || !slices.Equal(token.Sources, []string{"a", "b"}) {
		t.Fatalf("%+v, %v", token, err)
	}
	w.restart()
	session, _ := w.login(t, secret)
	byToken, errToken := w.Token(t.Context(), secret)
	bySession, errSession := w.Session(t.Context(), session)
	for _, who := range []auth.Principal{byToken, bySession} {
		if !who.SpeaksFor("a") || !who.SpeaksFor("b") || who.SpeaksFor("eu") || who.SpeaksFor("") || who.SpeaksFor("A") {
			t.Errorf("%+v: %v, %v", who, errToken, errSession)
		}
	}
	if err := w.Flush(t.Context()); err != nil { // writes the token again
		t.Fatal(err)
	}
	list, err := w.List(t.Context())
	if err != nil || len(list) != 1 || !slices.Equal(list[0].Sources, token.Sources) {
		t.Errorf("%+v, %v", list, err)
	}
	free, _ := w.create(t, auth.Feeder, time.Time{})
	if who, err := w.Token(t.Context(), free); err != nil || !who.SpeaksFor("anything") {
		t.Errorf("a feeder without sources: %+v, %v", who, err)
	}
}

func TestMay(t *testing.T) {
	actions := []auth.Action{auth.Read, auth.PushDraft, auth.PushMain, auth.PostFeed, auth.Administer, auth.ReadLetters}
	for role, want := range map[auth.Role]string{
		auth.Reader: "r....l", auth.Author: "rd...l", auth.Publisher: "rdm..l", auth.Feeder: "...f.l", auth.Admin: "rdmfal",
		"": "......", "root": "......",
	} {
		got := []byte("......")
		for i, a := range actions {
			if (auth.Principal{Role: role}).May(a) {
				got[i] = "rdmfal"[i]
			}
		}
		if string(got) != want {
			t.Errorf("%q may %s, want %s", role, got, want)
		}
	}
	for _, r := range auth.Roles() {
		if got, err := auth.ParseRole(string(r)); got != r || err != nil {
			t.Errorf("ParseRole(%q) = %q, %v", r, got, err)
		}
	}
}

func TestEndedContext(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Reader, time.Time{})
	session, _ := w.login(t, secret)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errToken := w.Token(ctx, secret)
	_, errSession := w.Session(ctx, session)
	_, errList := w.List(ctx)
	for _, err := range []error{errToken, errSession, errList, w.Revoke(ctx, token.ID), w.Logout(ctx, session), w.Flush(ctx),
		w.audit.Append(ctx, auth.Entry{})} {
		if !errors.Is(err, context.Canceled) || fault.KindOf(err) == fault.Unauthenticated {
			t.Errorf("an ended request gave %v", err)
		}
	}
}
