package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/postern/postern/portal/config"
)

// FuzzLoad: a file is refused with places, or means the same after it was
// printed and read again.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, problems := config.Load(config.Sources{File: "f", Data: data, Env: env()})
		if len(problems) > 0 {
			for _, p := range problems {
				if p.Place == "" || p.Msg == "" {
					t.Errorf("a problem without place or words: %+v", p)
				}
			}
			return
		}
		if c.Metrics.Token.Set() {
			c.Metrics.Token = config.Secret{} // printed redacted
		}
		c.Mail.User, c.Mail.Password, c.Channels = "", config.Secret{}, nil // as well
		if c.Feeds.PagerDuty.Set() {
			c.Feeds.PagerDuty = config.Secret{}
		}
		printed, err := c.Print()
		if err != nil {
			t.Fatal(err)
		}
		again, problems := config.Load(config.Sources{File: "printed", Data: printed, Env: env()})
		if err := problems.Err(); err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("%v\n%s\n%+v\n%+v", err, printed, c, again)
		}
	})
}
