package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/auth"
)

func TestSessionEndsByAge(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Publisher, time.Time{})
	session, expires := w.login(t, secret)
	begun := w.now
	if !expires.Equal(begun.Add(12 * time.Hour)) {
		t.Errorf("expires %v", expires)
	}
	for w.now = begun; w.now.Before(expires); w.now = w.now.Add(59 * time.Minute) {
		who, err := w.Session(t.Context(), session)
		if err != nil || who.TokenID != token.ID || who.Role != auth.Publisher {
			t.Fatalf("after %v: %+v, %v", w.now.Sub(begun), who, err)
		}
	}
	w.now = expires
	_, err := w.Session(t.Context(), session)
	wantUnauthenticated(t, "used all the time, 12 h after the login", err, "logged out")
}

func TestSessionEndsByIdleness(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.create(t, auth.Reader, time.Time{})
	session, _ := w.login(t, secret)
	use := func(after time.Duration) error {
		w.now = w.now.Add(after)
		_, err := w.Session(t.Context(), session)
		return err
	}
	if err := use(40 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.restart() // the use was written down
	if err := use(40 * time.Minute); err != nil {
		t.Errorf("80 min after the login, 40 after the last use: %v", err)
	}
	wantUnauthenticated(t, "an hour after the last use", use(time.Hour), "logged out")
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantUnauthenticated(t, "removed, and the clock set back", use(-time.Hour), "logged out")
}

func TestSessionEndsWithItsToken(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Reader, time.Time{})
	session, _ := w.login(t, secret)
	other, _ := w.create(t, auth.Reader, w.now.Add(2*time.Hour))
	short, expires := w.login(t, other)
	if want := w.now.Add(2 * time.Hour); !expires.Equal(want) {
		t.Errorf("a session of a token that ends in 2 h expires %v", expires)
	}
	if err := w.Revoke(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	_, err := w.Session(t.Context(), session)
	wantUnauthenticated(t, "its token was revoked", err, "")
	_, _, err = w.Login(t.Context(), secret)
	wantUnauthenticated(t, "a login with it", err, "revoked")
	if _, err := w.Session(t.Context(), short); err != nil {
		t.Errorf("the session of another token: %v", err)
	}
	for range 4 {
		w.now = w.now.Add(30 * time.Minute)
		_, err = w.Session(t.Context(), short)
	}
	wantUnauthenticated(t, "its token expired", err, "expired")
}

// A session that was used and then ended is not written by Flush.
func TestFlushAfterRevokeWritesNoSession(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Reader, time.Time{})
	session, _ := w.login(t, secret)
	w.now = w.now.Add(time.Minute)
	if _, err := w.Session(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Errorf("flush: %v", err)
	}
	_, err := w.Session(t.Context(), session)
	wantUnauthenticated(t, "the revoked session", err, "logged out")
}

func TestLogout(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.create(t, auth.Reader, time.Time{})
	session, _ := w.login(t, secret)
	second, _ := w.login(t, secret)
	for _, s := range []string{session, session, "", "nonsense", strings.Repeat("x", 1<<20)} {
		if err := w.Logout(t.Context(), s); err != nil {
			t.Errorf("logout of %.20q: %v", s, err)
		}
	}
	_, err := w.Session(t.Context(), session)
	wantUnauthenticated(t, "after the logout", err, "logged out")
	if _, err := w.Session(t.Context(), second); err != nil {
		t.Errorf("the other browser: %v", err)
	}
}

func TestForgedSessions(t *testing.T) {
	w := newWorld(t)
	secret, token := w.create(t, auth.Admin, time.Time{})
	session, _ := w.login(t, secret)
	weak, weakToken := w.create(t, auth.Reader, time.Time{})
	weakSession, _ := w.login(t, weak)
	for name, s := range map[string]string{
		"empty": "", "only an id": token.ID, "an id and a dot": token.ID + ".", "the token's secret": secret,
		"another's id before a good value": token.ID + weakSession[len(weakToken.ID):],
		"a good value with more":           session + "0", "a NUL": token.ID[:7] + "\x00" + session[8:],
	} {
		_, err := w.Session(t.Context(), s)
		wantUnauthenticated(t, name, err, "logged out")
	}
}

func TestOneTokenHasFewSessions(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.create(t, auth.Reader, time.Time{})
	var all []string
	for range auth.SessionsPerToken + 3 {
		w.now = w.now.Add(time.Second)
		s, _ := w.login(t, secret)
		all = append(all, s)
	}
	for i, s := range all {
		_, err := w.Session(t.Context(), s)
		if ended := err != nil; ended != (i < 3) {
			t.Errorf("session %d: %v", i, err)
		}
	}
}
