package main

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// errCancelled is why a program or an installation ended early.
var errCancelled = errors.New("cancelled by the engine")

// host implements the engine's LanguageRuntime service. What it does for one
// request lives in the file named after it; here is what outlives a request.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	// stopping ends when the host must go; stop makes it so.
	stopping context.Context
	stop     context.CancelFunc
	tracing  string
	// grace is how long a child may take to end after SIGTERM.
	grace time.Duration

	mu     sync.Mutex
	engine string
	// work ends, and is replaced, whenever the engine sends Cancel.
	work  context.Context
	abort context.CancelCauseFunc
}

func newHost(stopping context.Context, stop context.CancelFunc, tracing string) *host {
	h := &host{stopping: stopping, stop: stop, tracing: tracing, grace: childGrace}
	h.work, h.abort = context.WithCancelCause(stopping)
	return h
}

// connect remembers the engine's address and stops the host when the engine no
// longer answers there. An empty address (a host started by hand) is never
// watched; Handshake brings one later.
func (h *host) connect(engine string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if engine == "" || engine == h.engine {
		return nil
	}
	h.engine = engine
	return rpcutil.Healthcheck(h.stopping, engine, healthInterval, h.stop)
}

func (h *host) engineAddress() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.engine
}

// until returns a context that ends with call or, if that is earlier, with
// owner, whose cause it takes over.
func until(call, owner context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(call)
	release := context.AfterFunc(owner, func() { cancel(context.Cause(owner)) })
	return ctx, func() { release(); cancel(nil) }
}

// cancellable is the context of work that the engine's Cancel must reach.
func (h *host) cancellable(call context.Context) (context.Context, context.CancelFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return until(call, h.work)
}

// Cancel ends running programs and installations, not providers and policy
// packs: those have been sent a Cancel of their own by now, and a provider in
// the middle of a Create must be able to report what it made. The engine ends
// them by closing their RunPlugin call.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.abort(errCancelled)
	h.work, h.abort = context.WithCancelCause(h.stopping)
	return &emptypb.Empty{}, nil
}

// Handshake is only called by an engine that attaches to a running host
// (PULUMI_DEBUG_LANGUAGES) and could not pass its address as an argument.
func (h *host) Handshake(_ context.Context, r *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	if err := h.connect(r.GetEngineAddress()); err != nil {
		return nil, err
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo reports the version of the Pulumi SDK that the host is built
// on, which is the engine's: both come from one go.mod.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/pulumi/pulumi/sdk/v3" {
				return &pulumirpc.PluginInfo{Version: m.Version}, nil
			}
		}
	}
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// About names the node that programs run on, for `pulumi about`.
func (h *host) About(ctx context.Context, _ *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := findNode()
	if err != nil {
		return nil, userError(err)
	}
	v, err := nodeVersion(ctx, node)
	if err != nil {
		return nil, userError(err)
	}
	return &pulumirpc.AboutResponse{Executable: node, Version: v}, nil
}

// RuntimeOptionsPrompts asks nothing: every option has a default.
func (h *host) RuntimeOptionsPrompts(context.Context, *pulumirpc.RuntimeOptionsRequest) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// Template has nothing to change in a project made from a template.
func (h *host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}
