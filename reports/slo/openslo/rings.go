package openslo

import (
	"slices"
	"strings"
)

const (
	// maxRings bounds the cycles that are reported: services that all depend on each
	// other have more cycles than anyone can read.
	maxRings = 20
	// maxRingNames bounds the services of one cycle that are named.
	maxRingNames = 12
)

// ringFinder walks the dependencies of services, depth first, with a stack of its own:
// a chain may be as long as a repository has services. Each service and each dependency
// is visited once, so the walk is linear in the size of the graph.
type ringFinder struct {
	*linker
	state map[string]walkState
	// The services between the root and the current one, in the order of the walk.
	path  []step
	found int
}

// walkState is the progress of the walk for a service.
type walkState uint8

const (
	fresh walkState = iota
	open            // on the path
	done
)

// step is a service on the path and the dependencies that are not walked yet.
type step struct {
	name string
	left []string
}

// cycles adds a finding for each cycle of dependencies that the walk meets, at most
// maxRings. It starts from the services in order of name, so the findings are the same
// each time.
func (l *linker) cycles() {
	f := &ringFinder{linker: l, state: map[string]walkState{}}
	for _, s := range slices.Clone(l.set.Services) {
		if f.walk(s.Name); f.found == maxRings {
			return
		}
	}
}

// walk follows the dependencies of one service. It removes the dependency from the step
// before it enters it, so a step is resumed where it stopped.
func (f *ringFinder) walk(root string) {
	f.enter(root)
	for len(f.path) > 0 && f.found < maxRings {
		top := &f.path[len(f.path)-1]
		if len(top.left) == 0 {
			f.state[top.name] = done
			f.path = f.path[:len(f.path)-1]
			continue
		}
		next := top.left[0]
		top.left = top.left[1:]
		f.enter(next)
	}
}

// enter adds a service to the path if it was not walked before. One that is already on
// the path closes a cycle.
func (f *ringFinder) enter(name string) {
	o, ok := f.named[key(KindService, name)]
	// Link has already reported the unknown name.
	if !ok || o.service == nil {
		return
	}
	switch f.state[name] {
	case fresh:
		f.state[name] = open
		f.path = append(f.path, step{name, o.service.DependsOn})
	case open:
		f.ring(o, name)
	case done:
	}
}

// ring adds a finding for the cycle that the path and one more dependency close. name
// is on the path, and o is its object. The finding is at the service that closes the
// cycle.
func (f *ringFinder) ring(o object, name string) {
	f.found++
	from := slices.IndexFunc(f.path, func(s step) bool { return s.name == name })
	var names []string
	for _, s := range f.path[from:] {
		if len(names) == maxRingNames {
			names = append(names, "…")
			break
		}
		names = append(names, s.name)
	}
	r := f.reader(o.service.Path)
	r.findAt(ruleDependency, o.at, "services depend on each other in a ring: %s", strings.Join(append(names, name), " -> "))
	f.keep(r)
}
