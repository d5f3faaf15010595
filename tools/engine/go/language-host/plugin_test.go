package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// runPlugin runs a plugin to its end and returns what it sent. seen, if given,
// is called after each message.
func runPlugin(ctx context.Context, t *testing.T, r *pulumirpc.RunPluginRequest, seen func(stdout string)) (stdout, stderr string, code int32, err error) {
	t.Helper()
	_, client := startHost(t)
	stream, err := client.RunPlugin(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	for code = -1; code == -1; {
		m, err := stream.Recv()
		if err != nil {
			return stdout, stderr, code, err
		}
		stdout, stderr = stdout+string(m.GetStdout()), stderr+string(m.GetStderr())
		if exit, ok := m.Output.(*pulumirpc.RunPluginResponse_Exitcode); ok {
			code = exit.Exitcode
		}
		if seen != nil {
			seen(stdout)
		}
	}
	return stdout, stderr, code, nil
}

func pluginRequest(t *testing.T, root, kind string, args ...string) *pulumirpc.RunPluginRequest {
	return &pulumirpc.RunPluginRequest{
		Info: programInfo(t, root, ".", nil), Kind: kind, Args: args, Pwd: os.TempDir(), Env: []string{"ONLY=this"},
	}
}

func TestRunPluginArguments(t *testing.T) {
	fakeProgram(t, "node", `echo "$@ | $ONLY $HOME"; pwd -P`)
	root := writeFiles(t, sdk(nil))
	temp, err := filepath.EvalSymlinks(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := filepath.Join(root, "node_modules/@pulumi/pulumi/cmd")
	for kind, want := range map[string]string{
		"resource": cmd + "/run-plugin " + root + " 127.0.0.1:5 --logtostderr | this \n" + temp + "\n",
		"analyzer": cmd + "/run-policy-pack 127.0.0.1:5 " + root + " --logtostderr | this \n" + root + "\n",
		"tool":     cmd + "/run-plugin " + root + " --logtostderr 127.0.0.1:5 | this \n" + temp + "\n",
	} {
		stdout, stderr, code, err := runPlugin(testContext(t), t, pluginRequest(t, root, kind, "--logtostderr", "127.0.0.1:5"), nil)
		if err != nil || code != 0 || stdout != want || stderr != "" {
			t.Errorf("%s: got %q, %q, %d, %v\nwant %q", kind, stdout, stderr, code, err, want)
		}
	}
}

func TestRunPluginStreamsBothOutputsAndTheExitCode(t *testing.T) {
	// Both at once and much, so that a race between the two senders shows.
	fakeProgram(t, "node", `(i=0; while [ $i -lt 300 ]; do echo err >&2; i=$((i+1)); done) & i=0; while [ $i -lt 300 ]; do echo out; i=$((i+1)); done; wait; exit 7`)
	stdout, stderr, code, err := runPlugin(testContext(t), t, pluginRequest(t, writeFiles(t, sdk(nil)), "resource", "a"), nil)
	if err != nil || code != 7 {
		t.Fatalf("got exit code %d, %v", code, err)
	}
	if stdout != strings.Repeat("out\n", 300) || stderr != strings.Repeat("err\n", 300) {
		t.Errorf("got %d and %d bytes", len(stdout), len(stderr))
	}
}

func TestRunPluginStreamsWhileThePluginRuns(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	// The plugin ends only after the test has seen its port.
	fakeProgram(t, "node", `echo 4711; while [ ! -e "`+gate+`" ]; do sleep 0.01; done`)
	_, _, code, err := runPlugin(testContext(t), t, pluginRequest(t, writeFiles(t, sdk(nil)), "resource", "a"), func(stdout string) {
		if stdout == "4711\n" {
			_ = os.WriteFile(gate, nil, 0o644)
		}
	})
	if err != nil || code != 0 {
		t.Errorf("got %d, %v", code, err)
	}
}

func TestRunPluginErrors(t *testing.T) {
	root := writeFiles(t, map[string]string{"package.json": "{}", "package-lock.json": "{}"})
	_, _, _, err := runPlugin(testContext(t), t, pluginRequest(t, root, "analyzer", "a"), nil)
	if err == nil {
		t.Fatal("no error")
	}
	mustContain(t, err.Error(), "@pulumi/pulumi is not installed: run `npm ci` in "+root)

	r := pluginRequest(t, root, "resource", "a")
	r.AttachDebugger = true
	if _, _, _, err = runPlugin(testContext(t), t, r, nil); status.Code(err) != codes.Unimplemented {
		t.Errorf("a debugger: %v", err)
	}
}
