package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin that is a folder: a provider (PulumiPlugin.yaml), a
// policy pack (PulumiPolicy.yaml, kind "analyzer") or a tool. It streams what
// the plugin prints, of which the engine takes the first line as the plugin's
// port, and its exit code last. The engine ends the plugin by ending the call.
func (h *host) RunPlugin(r *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer) error {
	if r.GetAttachDebugger() {
		return errDebugger
	}
	ctx, release := until(stream.Context(), h.stopping)
	defer release()
	cmd, err := pluginCommand(r)
	if err != nil {
		return userError(err)
	}
	sender := &pluginStream{LanguageRuntime_RunPluginServer: stream}
	// Never a terminal: the engine parses the output.
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(sender, false)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = runChild(ctx, cmd, h.grace)
	if closing := closer.Close(); err == nil {
		err = closing
	}
	code, exited := exitCode(err)
	if !exited {
		return userError(err)
	}
	return sender.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
}

// pluginCommand returns the command that runs r's plugin.
func pluginCommand(r *pulumirpc.RunPluginRequest) (*exec.Cmd, error) {
	o, err := readOptions(r.GetInfo())
	if err != nil {
		return nil, err
	}
	dir := r.GetInfo().GetProgramDirectory()
	entry := filepath.Join(dir, r.GetInfo().GetEntryPoint())
	var script, pwd string
	var args []string
	switch r.GetKind() {
	case "analyzer":
		script = "run-policy-pack"
		// It takes the engine's address and the pack as its first two arguments,
		// and @pulumi/policy reads the pack's package.json in the working directory.
		args, pwd = slices.Insert(addressFirst(r.GetArgs()), min(1, len(r.GetArgs())), entry), dir
	case "resource":
		// Like a provider that is a binary, one that is a folder works in the
		// engine's folder: its users mean that by a relative path.
		script, args, pwd = "run-plugin", append([]string{entry}, addressFirst(r.GetArgs())...), r.GetPwd()
	default: // a tool or a converter, whose arguments are its own
		script, args, pwd = "run-plugin", append([]string{entry}, r.GetArgs()...), r.GetPwd()
	}
	script, err = sdkScript(dir, script, o)
	if err != nil {
		return nil, err
	}
	node, err := findNode()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(node, slices.Concat(o.nodeArgs, []string{script}, args)...)
	cmd.Dir, cmd.Env = pwd, r.GetEnv()
	return cmd, nil
}

// addressFirst moves the engine's address, which comes after the engine's flags,
// to the front: the parser in cmd/run-plugin would take it for the value of a
// flag without one (--logtostderr).
func addressFirst(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	last := len(args) - 1
	return append([]string{args[last]}, args[:last]...)
}

// pluginStream lets standard output and standard error be sent by one goroutine
// each; a gRPC stream by itself allows only one sender at a time.
type pluginStream struct {
	pulumirpc.LanguageRuntime_RunPluginServer
	sending sync.Mutex
}

func (s *pluginStream) Send(m *pulumirpc.RunPluginResponse) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.LanguageRuntime_RunPluginServer.Send(m)
}
