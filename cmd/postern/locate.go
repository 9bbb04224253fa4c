package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

// installation holds the paths of the service's configuration and data folder, as in
// docs/deploy/postern.service. Both are empty when no service is looked for.
type installation struct{ config, dir string }

// unitInstallation returns the paths of docs/deploy/postern.service. The unit has
// DynamicUser, so the folder is a link that only root and the service can follow.
func unitInstallation() installation {
	return installation{config: "/etc/postern/postern.yaml", dir: "/var/lib/postern"}
}

// whatToSet is the end of every message about a portal that was not found.
const whatToSet = "Name a running portal by --url or POSTERN_URL, with the token in POSTERN_TOKEN, or its data folder by --data-dir " +
	"or POSTERN_DATA_DIR"

// located is the result of locate. If found is false, conf has the folder in which a
// portal may be created.
type located struct {
	conf  config.Config // of an in-process portal; its DataDir is the folder
	found bool          // the folder holds a portal
	also  string        // another folder that was checked and has no portal
}

// locate chooses the data folder that a command uses: the one that is configured,
// otherwise that of the installed service, otherwise the user's own. A folder that was
// not configured is printed to stderr, so that no command changes or backs up an
// unexpected portal silently. Nothing is created. It fails with fault.Forbidden when a
// folder cannot be read. The service has precedence over the user's own folder: on a
// server it is the portal that people use.
func locate(term terminal, g *globals) (located, error) {
	conf, err := load(term, g, nil)
	// A folder that is configured is used even if it holds no portal.
	if err == nil && conf.DataDirStated {
		found, err := holdsPortal(conf.DataDir)
		return located{conf: conf, found: found}, err
	}
	service, serviceFound, serviceErr := locateService(term, g)
	if serviceErr != nil {
		return located{}, serviceErr
	}
	// An invalid configuration of this user does not matter when the service's is used.
	if err != nil && !serviceFound {
		return located{}, err
	}
	ownFound := false
	var ownErr error
	if err == nil {
		ownFound, ownErr = holdsPortal(conf.DataDir)
	}
	switch {
	// There are two portals: the one that is not used is named, too.
	case serviceFound && ownFound:
		fmt.Fprintf(term.err, "postern: using the portal of the installed service in %s, not the one in %s; --data-dir names another\n",
			service.DataDir, conf.DataDir)
		return located{conf: service, found: true}, nil
	case serviceFound:
		fmt.Fprintf(term.err, "postern: using the portal of the installed service in %s\n", service.DataDir)
		return located{conf: service, found: true}, nil
	case ownFound:
		fmt.Fprintf(term.err, "postern: using the portal in %s\n", conf.DataDir)
	}
	return located{conf: conf, found: ownFound, also: service.DataDir}, ownErr
}

// locateService returns the configuration of the installed service and reports whether
// its data folder has a portal. The configuration is read as the unit reads it, unless
// --config names another file. Without an installed service, or with a file that does
// not exist, found is false and the error nil. It fails with fault.Forbidden where the
// service's files exist and cannot be read: another folder would then be the wrong one.
func locateService(term terminal, g *globals) (conf config.Config, found bool, err error) {
	in := term.service
	if in.dir == "" {
		return conf, false, nil
	}
	as := globals{config: config.FindFile(g.config, term.env), dataDir: in.dir}
	if as.config == "" && in.config != "" {
		switch _, err := os.ReadFile(in.config); {
		case err == nil:
			as.config = in.config
			if stated, err := load(term, &globals{config: in.config}, nil); err == nil && stated.DataDirStated {
				as.dataDir = stated.DataDir
			}
		// An unreadable configuration may name another folder, so nothing can be
		// concluded.
		case errors.Is(err, fs.ErrPermission):
			return conf, false, denied(in.config, "the configuration of the installed service")
		}
	}
	if found, err = holdsPortal(as.dataDir); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return conf, false, denied(as.dataDir, "the data folder of the installed service")
		}
		return conf, false, err
	}
	// Without a portal only the folder is returned, for the message of nowhere.
	conf = config.Config{DataDir: as.dataDir}
	if found {
		conf, err = load(term, &as, nil)
	}
	return conf, found, err
}

// denied returns the error for a path of the service that this user may not read.
func denied(name, what string) error {
	return fault.Newf(fault.Forbidden, "locate", "%s, %s, cannot be read: permission denied. Run the command as root or as the user "+
		"of the service. %s", what, name, whatToSet)
}

// holdsPortal reports whether a folder has the data of a portal. A folder that does not
// exist has none. Errors are fault.Forbidden or fault.Internal.
func holdsPortal(dir string) (bool, error) {
	found, err := app.Exists(dir)
	if errors.Is(err, fs.ErrPermission) {
		return false, fault.Wrap(fault.Forbidden, "locate", fmt.Sprintf("the data folder %s cannot be read: permission denied. Run the "+
			"command as the user of the portal. %s", dir, whatToSet), err)
	}
	return found, fault.Wrap(fault.Internal, "locate", "the data folder "+dir+" cannot be read", err)
}

// nowhere returns the error of a command that found no portal. Its kind is
// fault.NotFound. It names every folder that was examined.
func (l located) nowhere() error {
	dirs := l.conf.DataDir
	if l.also != "" && l.also != dirs {
		dirs += " or " + l.also
	}
	return fault.Newf(fault.NotFound, "locate", "no portal was found: none runs here and there is none in %s. Nothing was created. %s",
		dirs, whatToSet)
}

// socket returns the path of the Unix socket of a portal running on the folder.
func (l located) socket() string { return filepath.Join(l.conf.DataDir, app.SocketName) }
