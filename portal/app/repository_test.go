package app

import (
	"reflect"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

// Every limit that can be set reaches who holds it: a setting without effect is
// worse than none.
func TestEveryLimitHasAnEffect(t *testing.T) {
	elsewhere := map[string]bool{"FreeSpace": true} // App.room
	fields := reflect.TypeFor[config.Limits]()
	none := repositoryLimits(config.Limits{})
	for i := range fields.NumField() {
		var l config.Limits
		reflect.ValueOf(&l).Elem().Field(i).SetInt(7)
		if name := fields.Field(i).Name; repositoryLimits(l) == none && !elsewhere[name] {
			t.Errorf("limits: %s changes nothing", name)
		}
	}
}

func TestRoomKeepsTheReserve(t *testing.T) {
	a := &App{opt: Options{Config: config.Config{Limits: config.Limits{FreeSpace: 100 << 20}}}}
	if err := a.room(1 << 60); err != nil {
		t.Errorf("a disk that nobody can ask: %v", err)
	}
	a.opt.FreeSpace = func(string) (int64, error) { return 164 << 20, nil }
	for bytes, full := range map[int64]bool{0: false, 64 << 20: false, 64<<20 + 1: true} {
		if err := a.room(bytes); (fault.KindOf(err) == fault.Full) != full || (err != nil) != full {
			t.Errorf("room for %d bytes: %v", bytes, err)
		}
	}
}
