package reports

import (
	"fmt"
	"runtime"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
)

// Failure is a part of a report that could not be made or read.
type Failure struct {
	Part string `json:"part"` // the title of a section, or what was not read
	Why  string `json:"why"`
}

// Because returns the text for readers about what went wrong: the message of a fault, or
// that the program failed and with what message. v is an error or the value of a panic.
func Because(v any) string {
	err, isError := v.(error)
	if isError {
		if _, isRuntime := err.(runtime.Error); !isRuntime {
			return fault.Message(err)
		}
	}
	return "the program failed in it (" + humanize.Clip(fmt.Sprint(v), TitleRunes) + "); this is a defect, and the portal's log says where"
}
