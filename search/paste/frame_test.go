package paste

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrameOf(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want frame
		ok   bool
	}{
		"java": {"\tat com.acme.Pool.take(Pool.java:42)", frame{function: "com.acme.Pool.take", file: "Pool.java"}, true},
		"java module": {
			"at java.base/java.lang.Thread.run(Thread.java:833)", frame{function: "java.lang.Thread.run", file: "Thread.java"}, true,
		},
		"java native":  {"at sun.misc.Unsafe.park(Native Method)", frame{function: "sun.misc.Unsafe.park"}, true},
		"java unknown": {"at run(Native Method)", frame{function: "run"}, false},
		".NET": {
			`   at Acme.Pool.Take(Int32 n) in /src/Pool.cs:line 42`, frame{function: "Acme.Pool.Take", file: "/src/Pool.cs"}, true,
		},
		"node":                {"    at Pool.take (/app/pool.js:12:7)", frame{function: "Pool.take", file: "/app/pool.js"}, true},
		"node async":          {"    at async Pool.take (file:///app/pool.mjs:12:7)", frame{function: "Pool.take", file: "/app/pool.mjs"}, true},
		"node internal":       {"    at emit (node:events:517:28)", frame{function: "emit", file: "node:events:517:28"}, true},
		"node place":          {"    at /app/pool.js:12:7", frame{file: "/app/pool.js"}, true},
		"no place":            {"at night", frame{file: "night"}, false},
		"not a place":         {"at 12:30", frame{file: "12"}, false},
		"python":              {`  File "/app/pool.py", line 12, in take`, frame{function: "take", file: "/app/pool.py"}, true},
		"python without line": {`  File "/app/pool.py"`, frame{file: "/app/pool.py"}, false},
		"php":                 {`#3 /app/Pay.php(12): App\Pay->charge()`, frame{function: `App\Pay.charge`, file: "/app/Pay.php"}, true},
		"php main":            {"#4 {main}", frame{function: "runtime.main"}, true},
		"php without call":    {"#5 [internal function]", frame{file: "[internal function]"}, false},
		"heading":             {"# Pool is full", frame{}, false},
		"number only":         {"#1", frame{}, false},
		"ruby":                {"\tfrom /app/pay.rb:12:in `charge'", frame{function: "charge", file: "/app/pay.rb"}, true},
		"ruby first": {"/app/pay.rb:12:in 'charge': no card (CardError)",
			frame{function: "charge", file: "/app/pay.rb", message: "no card (CardError)"}, true},
		"ruby elsewhere":  {"see pay.rb: it fails", frame{}, false},
		"go file":         {"\t/app/pool.go:42 +0x1d", frame{file: "/app/pool.go"}, true},
		"go file in text": {"/app/pool.go:42 +0x1d", frame{}, false},
		"go function":     {"main.(*Pool).Take(0xc000126000, 0x1)", frame{function: "main.Pool.Take"}, true},
		"go text":         {"it failed (again.)", frame{}, false},
		"go assignment":   {"a=b.c(d)", frame{}, false},
		"rust":            {"   4: pool::take", frame{function: "pool::take"}, true},
		"rust generic":    {"   4: <T as", frame{}, false},
		"not indented":    {"4: pool::take", frame{}, false},
		"text":            {"the pool is full", frame{}, false},
		"empty":           {"", frame{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := frameOf(c.line)
			if ok != c.ok {
				t.Errorf("recognised: %v", ok)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(frame{})); ok && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFrameString(t *testing.T) {
	for want, f := range map[string]frame{
		"Pool.take Pool.java": {function: "com.acme.Pool.take", file: "/src/com/acme/Pool.java:42"},
		"pool::take":          {function: "acme::pool::take"},
		"main.Take":           {function: "github.com/acme/main.Take"},
		"take pool.py":        {function: "take", file: "/app/pool.py"},
		"Pool.cs":             {file: `C:\src\Pool.cs`},
		"":                    {},
		"T.M x.go":            {function: "p/q.T.M", file: "x.go"},
	} {
		if got := f.String(); got != want {
			t.Errorf("%+v is %q, want %q", f, got, want)
		}
	}
}

func TestLibraryFrames(t *testing.T) {
	for _, f := range []frame{
		{function: "java.lang.Thread.run"}, {function: "org.springframework.web.X.y"}, {function: "runtime.main"}, {function: "net/http.serve"},
		{function: "core::panicking::panic"}, {function: `Illuminate\Database\Connection.run`}, {file: "/app/node_modules/pg/index.js"},
		{file: "node:events"}, {file: "/usr/lib/python3/dist-packages/x.py"}, {file: "/root/go/pkg/mod/x/y.go"}, {file: "/app/vendor/x.php"},
	} {
		if !f.library() {
			t.Errorf("%+v is of the program itself", f)
		}
	}
	for _, f := range []frame{{}, {function: "com.acme.Pool.take"}, {function: "javaish.X"}, {file: "/app/pool.py"},
		{function: "main.main", file: "/app/main.go"}} {
		if f.library() {
			t.Errorf("%+v is of a library", f)
		}
	}
}
