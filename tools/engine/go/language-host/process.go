package main

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// childGrace is how long a child may take to end after SIGTERM before SIGKILL.
// The engine kills the host itself five seconds after it asked it to stop, so
// the children must be gone a little earlier.
const childGrace = 4 * time.Second

// restGrace is how long what a child started may outlive it once both were told
// to end.
const restGrace = time.Second / 2

// pipeGrace is how long output is still read after a child has ended, in case
// something it started in the background holds the pipe open.
const pipeGrace = time.Second

// runChild runs cmd to its end and returns its error, which is that of
// exec.Cmd.Run. When ctx ends first, the child and everything in its process
// group gets SIGTERM and, after grace, SIGKILL; then the cause of ctx is
// returned, once nothing of the group is left.
//
// The child leads a process group of its own, so that what it started (npm's
// node, a shell's command) ends with it.
func runChild(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	cmd.SysProcAttr = childAttributes()
	cmd.WaitDelay = pipeGrace

	// On Linux the child is killed when the thread that started it ends
	// (childAttributes), so that thread must stay until the child has ended.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}

	ended := make(chan struct{})
	groupGone := make(chan struct{})
	go func() {
		defer close(groupGone)
		select {
		case <-ended:
		case <-ctx.Done():
			endGroup(cmd.Process.Pid, ended, grace)
		}
	}()
	err := cmd.Wait()
	close(ended)
	<-groupGone
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		// The child itself ended well; only its output was held open.
		return nil
	}
	return err
}

// endGroup asks the process group to end and kills what is left: after grace,
// or soon after its leader has ended. The rest got the same signal at the same
// time, and where nobody collects dead orphans (a container without an init) the
// group seems to live on.
func endGroup(group int, leaderEnded <-chan struct{}, grace time.Duration) {
	if syscall.Kill(-group, syscall.SIGTERM) != nil {
		return
	}
	select {
	case <-leaderEnded:
		for deadline := time.Now().Add(restGrace); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if syscall.Kill(-group, 0) != nil {
				return
			}
		}
	case <-time.After(grace):
	}
	_ = syscall.Kill(-group, syscall.SIGKILL)
}

// exitCode returns the exit code in err: 0 for none, false when err is not
// about how a process exited.
func exitCode(err error) (int, bool) {
	if err == nil {
		return 0, true
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), true
	}
	return 0, false
}
