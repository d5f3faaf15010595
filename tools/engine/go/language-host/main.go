// Package main is the Node.js language host of the Pulumi engine: the program
// that the engine starts as `pulumi-language-nodejs` to ask a Node.js project
// which packages it needs, to install its dependencies and to run its program,
// providers and policy packs.
//
// It exists because a machine without Pulumi builds the engine from the public
// Go modules, and the official host's module cannot be had through the module
// proxy. Where the official Pulumi CLI is installed, its own host is used.
//
// Left out: attaching a debugger, generating code (SDKs, projects, programs),
// packing and linking packages, each of which is answered with the gRPC status
// Unimplemented and says so; and the `--sync` pipe, which only the synchronous
// invokes of @pulumi/pulumi 1.x and older ask for. Linux and macOS only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// healthInterval is how soon an engine that vanished without a goodbye (SIGKILL,
// crash) is noticed. One small call on loopback a second costs nothing, and an
// orphaned program could go on changing the world.
const healthInterval = time.Second

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// serve answers the engine until a signal arrives or the engine is gone, and
// returns once every child process has ended.
func serve() error {
	// -v and -logtostderr, which the engine passes with --logflow, are defined by
	// the SDK's logging package.
	tracing := flag.String("tracing", "", "where the program sends its traces")
	flag.String("root", "", "ignored: engines before 3.100 pass it")
	flag.Parse()

	signalled, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer release()
	stopping, stop := context.WithCancel(signalled)
	defer stop()

	h := newHost(stopping, stop, *tracing)
	if err := h.connect(flag.Arg(0)); err != nil {
		return err
	}
	served, err := listen(h)
	if err != nil {
		return err
	}
	// The engine reads the first line as the port.
	fmt.Println(served.Port)

	select {
	case err = <-served.Done:
		return err
	case <-stopping.Done():
	}
	// Pending calls end when their children have, at the latest after childGrace;
	// only a client that never closes its connection could hold the server longer.
	select {
	case err = <-served.Done:
		return err
	case <-time.After(h.grace + time.Second/2):
		return nil
	}
}

// listen serves h on a free port of the loopback interface until h is stopping.
func listen(h *host) (rpcutil.ServeHandle, error) {
	cancel := make(chan bool)
	context.AfterFunc(h.stopping, func() { close(cancel) })
	return rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel:  cancel,
		Options: rpcutil.TracingServerInterceptorOptions(nil),
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, h)
			return nil
		},
	})
}
