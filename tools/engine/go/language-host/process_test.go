package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// hanging is a fake node that starts a child, tells both their process ids in
// the file PIDS and then hangs; stubborn ones ignore SIGTERM.
const (
	hanging  = `sleep 60 & echo "$$ $!" > "$PIDS"; wait`
	stubborn = `trap "" TERM; (trap "" TERM; exec sleep 60) & echo "$$ $!" > "$PIDS"; while :; do wait; done`
)

// pidsFile makes the fake node tell its process ids.
func pidsFile(t *testing.T) (waitForPids func() []int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pids")
	t.Setenv("PIDS", file)
	return func() (pids []int) {
		eventually(t, "the program starts", func() bool {
			text, _ := os.ReadFile(file)
			return strings.HasSuffix(string(text), "\n")
		})
		text, _ := os.ReadFile(file)
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		return pids
	}
}

// alive says whether a process runs. A zombie is dead: where nothing collects
// orphans, they stay in the table.
func alive(pid int) bool {
	out, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	state := strings.TrimSpace(string(out))
	return state != "" && !strings.HasPrefix(state, "Z")
}

func mustBeGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		eventually(t, "process "+strconv.Itoa(pid)+" ends", func() bool { return !alive(pid) })
	}
}

// startProgram runs the fake node as a program and returns its process ids and
// how the call ended.
func startProgram(ctx context.Context, t *testing.T, client pulumirpc.LanguageRuntimeClient, script string) ([]int, <-chan error) {
	t.Helper()
	waitForPids := pidsFile(t)
	fakeProgram(t, "node", script)
	info := programInfo(t, writeFiles(t, sdk(nil)), ".", nil)
	ended := make(chan error, 1)
	go func() {
		_, err := client.Run(ctx, &pulumirpc.RunRequest{Info: info})
		ended <- err
	}()
	return waitForPids(), ended
}

func TestCancelEndsTheProgramAndWhatItStarted(t *testing.T) {
	for name, script := range map[string]string{"polite": hanging, "stubborn": stubborn} {
		t.Run(name, func(t *testing.T) {
			_, client := startHost(t)
			ctx := testContext(t)
			pids, ended := startProgram(ctx, t, client, script)
			if _, err := client.Cancel(ctx, &emptypb.Empty{}); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; status.Code(err) != codes.Canceled {
				t.Errorf("the call ended with %v", err)
			}
			mustBeGone(t, pids)

			// A program started after the Cancel is not affected by it.
			fakeProgram(t, "node", "exit 0")
			resp, err := client.Run(ctx, &pulumirpc.RunRequest{Info: programInfo(t, writeFiles(t, sdk(nil)), ".", nil)})
			if err != nil || resp.Error != "" {
				t.Errorf("the next program: %v, %v", resp, err)
			}
		})
	}
}

func TestWhatTheProgramStartedIsAskedToEndBeforeItIsKilled(t *testing.T) {
	_, client := startHost(t)
	pids, ended := startProgram(testContext(t), t, client,
		`(trap 'echo asked > "$PIDS.asked"; exit' TERM; while :; do sleep 0.02; done) & echo "$$ $!" > "$PIDS"; wait`)
	if _, err := client.Cancel(testContext(t), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	<-ended
	mustBeGone(t, pids)
	if _, err := os.Stat(os.Getenv("PIDS") + ".asked"); err != nil {
		t.Error("it was killed without being asked")
	}
}

func TestAnEndedCallEndsTheProgram(t *testing.T) {
	_, client := startHost(t)
	ctx, cancel := context.WithCancel(testContext(t))
	pids, _ := startProgram(ctx, t, client, hanging)
	cancel()
	mustBeGone(t, pids)
}

func TestCancelSparesProvidersUntilTheirCallEnds(t *testing.T) {
	waitForPids := pidsFile(t)
	fakeProgram(t, "node", hanging)
	_, client := startHost(t)
	ctx, end := context.WithCancel(testContext(t))
	r := pluginRequest(t, writeFiles(t, sdk(nil)), "resource", "a")
	r.Env = os.Environ()
	if _, err := client.RunPlugin(ctx, r); err != nil {
		t.Fatal(err)
	}
	pids := waitForPids()
	if _, err := client.Cancel(ctx, &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if !alive(pids[0]) {
		t.Error("the provider ended with the program, though it may be creating something")
	}
	end()
	mustBeGone(t, pids)
}

func TestTheHostStopsWhenTheEngineIsGone(t *testing.T) {
	var engine *grpc.Server
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: func(s *grpc.Server) error {
		engine = s
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	h, client := startHost(t)
	if err := h.connect("127.0.0.1:" + strconv.Itoa(served.Port)); err != nil {
		t.Fatal(err)
	}
	pids, _ := startProgram(testContext(t), t, client, hanging)
	engine.Stop()
	mustBeGone(t, pids)
	if h.stopping.Err() == nil {
		t.Error("the host goes on")
	}
}

// TestMain lets the test binary also be the host itself, so that signals can be
// tried on a real process.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_HOST") != "" {
		os.Args = os.Args[:1]
		main()
		return
	}
	os.Exit(m.Run())
}

func TestSignalsToTheHostEndItsChildren(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			if signal == syscall.SIGKILL && runtime.GOOS != "linux" {
				t.Skip("only Linux kills a child with its parent")
			}
			waitForPids := pidsFile(t)
			fakeProgram(t, "node", hanging)
			root := writeFiles(t, sdk(nil))
			host := exec.Command(os.Args[0])
			host.Env = append(os.Environ(), "BE_THE_HOST=1")
			stdout, err := host.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := host.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = host.Process.Kill() })
			port := make([]byte, 16)
			n, err := stdout.Read(port)
			if err != nil {
				t.Fatal(err)
			}
			client := dial(t, strings.TrimSpace(string(port[:n])))
			go func() {
				_, _ = client.Run(context.Background(), &pulumirpc.RunRequest{Info: programInfo(t, root, ".", nil)})
			}()
			pids := waitForPids()
			if err := host.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err = host.Wait()
			if (err == nil) != (signal != syscall.SIGKILL) {
				t.Errorf("the host ended with %v", err)
			}
			if signal == syscall.SIGKILL {
				pids = pids[:1] // the kernel kills the child; its own children are not the host's
			}
			mustBeGone(t, pids)
		})
	}
}
