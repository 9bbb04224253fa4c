package collect_test

import (
	"sync"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports/compile"
)

// english returns options for reports in English.
var english = sync.OnceValue(func() compile.Options {
	c, err := messages.New()
	if err != nil {
		panic(err)
	}
	return compile.Options{Printer: c.Printer("en")}
})
