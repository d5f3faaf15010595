package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

// startHost serves a host on loopback, as the engine would see it, and returns
// it with a client. A short grace keeps the tests of stubborn children fast.
func startHost(t *testing.T) (*host, pulumirpc.LanguageRuntimeClient) {
	t.Helper()
	stopping, stop := context.WithCancel(context.Background())
	h := newHost(stopping, stop, "")
	h.grace = 300 * time.Millisecond
	served, err := listen(h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := <-served.Done; err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
	return h, dial(t, strconv.Itoa(served.Port))
}

func dial(t *testing.T, port string) pulumirpc.LanguageRuntimeClient {
	t.Helper()
	conn, err := grpc.NewClient("127.0.0.1:"+port,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return pulumirpc.NewLanguageRuntimeClient(conn)
}

// testContext ends a test that hangs.
func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// writeFiles writes files, by relative path, into a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	// The host reports folders without symbolic links, as macOS has on /tmp.
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		file := filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// fakeProgram puts a shell script of that name first on the PATH.
func fakeProgram(t *testing.T, name, script string) {
	t.Helper()
	bin := writeFiles(t, map[string]string{name: "#!/bin/sh\n" + script + "\n"})
	if err := os.Chmod(filepath.Join(bin, name), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// emptyPath leaves nothing to be found on the PATH.
func emptyPath(t *testing.T) {
	t.Helper()
	t.Setenv("PATH", t.TempDir())
}

// sdk is a project with an (empty) installed @pulumi/pulumi.
func sdk(extra map[string]string) map[string]string {
	files := map[string]string{
		"package.json": `{"name":"p"}`,
		"node_modules/@pulumi/pulumi/package.json":                 `{"name":"@pulumi/pulumi","version":"3.1.0"}`,
		"node_modules/@pulumi/pulumi/cmd/run/index.js":             "",
		"node_modules/@pulumi/pulumi/cmd/run-plugin/index.js":      "",
		"node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js": "",
	}
	for path, text := range extra {
		files[path] = text
	}
	return files
}

func programInfo(t *testing.T, dir, entry string, opts map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	o, err := structpb.NewStruct(opts)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{RootDirectory: dir, ProgramDirectory: dir, EntryPoint: entry, Options: o}
}

// mustContain fails unless text has every part.
func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q should contain %q", text, part)
		}
	}
}

// eventually waits for what another process does.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if happened() {
			return
		}
	}
	t.Fatalf("timed out: %s", what)
}
