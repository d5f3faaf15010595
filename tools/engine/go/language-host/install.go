package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// plan is the command that installs a project's dependencies.
type plan struct {
	program string
	args    []string
}

func (p plan) String() string {
	return strings.Join(append([]string{p.program}, p.args...), " ")
}

// lockFiles says which package manager wrote which lock file, and how it
// installs exactly what the file says. In this order: npm's wins where a
// project has several.
var lockFiles = []struct {
	file string
	plan plan
}{
	{"package-lock.json", plan{"npm", []string{"ci"}}},
	{"npm-shrinkwrap.json", plan{"npm", []string{"ci"}}},
	{"pnpm-lock.yaml", plan{"pnpm", []string{"install", "--frozen-lockfile"}}},
	{"yarn.lock", plan{"yarn", []string{"install", "--frozen-lockfile"}}},
	{"bun.lock", plan{"bun", []string{"install", "--frozen-lockfile"}}},
	{"bun.lockb", plan{"bun", []string{"install", "--frozen-lockfile"}}},
}

// installPlan returns how to install the project at root: with the package
// manager that the options name, else with the one whose lock file is there.
func installPlan(root string, o options) plan {
	for _, lock := range lockFiles {
		if o.packageManager != "" && o.packageManager != lock.plan.program {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, lock.file)); err == nil {
			return lock.plan
		}
	}
	if o.packageManager != "" {
		return plan{o.packageManager, []string{"install"}}
	}
	return plan{"npm", []string{"install"}}
}

// InstallDependencies runs the project's package manager and streams what it
// prints. A terminal on the engine's side gets it through a pseudo terminal, in
// colour; standard input is empty, so nothing can wait for an answer.
func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer) error {
	ctx, release := h.cancellable(stream.Context())
	defer release()
	dir := r.GetInfo().GetProgramDirectory()
	if dir == "" {
		dir = r.GetDirectory() //nolint:staticcheck // engines before 3.100 send only this
	}
	o, err := readOptions(r.GetInfo())
	if err != nil {
		return userError(err)
	}
	root, err := packageRoot(dir)
	if err != nil {
		return userError(err)
	}
	// A package manager's own message on a broken package.json is long.
	if _, err := readManifest(root); err != nil {
		return userError(err)
	}
	install := installPlan(root, o)
	program, err := exec.LookPath(install.program)
	if err != nil {
		return userError(fmt.Errorf("%s is not on the PATH: install it (npm comes with Node.js 24, https://nodejs.org) "+
			"to install the dependencies of %s", install.program, root))
	}

	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(&installStream{LanguageRuntime_InstallDependenciesServer: stream}, r.GetIsTerminal())
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Installing dependencies of %s with %s\n", root, install)
	cmd := exec.Command(program, install.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, stdout, stderr
	err = runChild(ctx, cmd, h.grace)
	// Closing flushes the pseudo terminal, so it comes before the answer's end.
	if closing := closer.Close(); err == nil {
		err = closing
	}
	if code, ok := exitCode(err); ok && code != 0 {
		return userError(fmt.Errorf("`%s` in %s failed with exit code %d", install, root, code))
	}
	if err != nil {
		return userError(fmt.Errorf("`%s` in %s: %w", install, root, err))
	}
	return nil
}

// installStream lets standard output and standard error be sent by one
// goroutine each; a gRPC stream by itself allows only one sender at a time.
type installStream struct {
	pulumirpc.LanguageRuntime_InstallDependenciesServer
	sending sync.Mutex
}

func (s *installStream) Send(m *pulumirpc.InstallDependenciesResponse) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.LanguageRuntime_InstallDependenciesServer.Send(m)
}
