package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// exitShown is the exit code of @pulumi/pulumi's cmd/run for "the person has
// been told already": the engine must stop without a message of its own.
const exitShown = 32

// programOutput is where a program's output goes: the host's own streams, which
// the engine reads and shows line by line as messages of the stack.
var programOutput = struct{ stdout, stderr io.Writer }{os.Stdout, os.Stderr}

// Run runs a program to its end. What is wrong with the program or its folder
// is in the response's Error, which the engine shows; a gRPC error means that
// the program was not run or was cut off.
func (h *host) Run(call context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if r.GetAttachDebugger() {
		return nil, errDebugger
	}
	ctx, release := h.cancellable(call)
	defer release()
	cmd, err := h.programCommand(ctx, r)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	err = runChild(ctx, cmd, h.grace)
	if ctx.Err() != nil {
		return nil, status.Errorf(codes.Canceled, "the program was stopped: %v", err)
	}
	code, exited := exitCode(err)
	switch {
	case !exited:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program could not be run: %v", err)}, nil
	case code == 0:
		return &pulumirpc.RunResponse{}, nil
	case code == exitShown:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case code < 0: // ended by a signal, which err names
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program was ended by a signal (%v)", err)}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", code)}, nil
	}
}

// programCommand returns the command that runs r's program.
func (h *host) programCommand(ctx context.Context, r *pulumirpc.RunRequest) (*exec.Cmd, error) {
	o, err := readOptions(r.GetInfo())
	if err != nil {
		return nil, err
	}
	dir := r.GetInfo().GetProgramDirectory()
	root, err := packageRoot(dir)
	if err != nil {
		return nil, err
	}
	project, err := readManifest(root)
	if err != nil {
		return nil, err
	}
	script, err := sdkScript(dir, "run", o)
	if err != nil {
		return nil, err
	}
	node, err := findNode()
	if err != nil {
		return nil, err
	}
	if !o.typescript {
		entry := r.GetInfo().GetEntryPoint()
		if entry == "." || entry == "" {
			entry = project.Main
		}
		if err := requireTypeStripping(ctx, node, entry, o.nodeArgs); err != nil {
			return nil, err
		}
	}
	env, err := programEnvironment(os.Environ(), r, o)
	if err != nil {
		return nil, err
	}
	args := slices.Concat(o.nodeArgs, []string{script}, programArguments(r, h.engineAddress(), h.tracing))
	cmd := exec.Command(node, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = programOutput.stdout, programOutput.stderr
	return cmd, nil
}

// programArguments returns the arguments of @pulumi/pulumi's cmd/run.
func programArguments(r *pulumirpc.RunRequest, engine, tracing string) []string {
	var args []string
	add := func(flag, value string) {
		if value != "" {
			args = append(args, "--"+flag, value)
		}
	}
	add("monitor", r.GetMonitorAddress())
	add("engine", engine)
	add("organization", r.GetOrganization())
	add("project", r.GetProject())
	add("root-directory", r.GetInfo().GetRootDirectory())
	add("stack", r.GetStack())
	add("pwd", r.GetPwd())
	if r.GetDryRun() {
		args = append(args, "--dry-run")
	}
	add("parallel", strconv.Itoa(int(r.GetParallel())))
	add("tracing", tracing)
	entry := r.GetInfo().GetEntryPoint()
	if entry == "" {
		entry = "." // what package.json calls the package's entry
	}
	return append(append(args, entry), r.GetArgs()...)
}

// ownVariables are those through which cmd/run and this host hand settings to
// the program. cmd/run leaves one alone when it has no value for it, so that one
// inherited from an outer program (the Automation API runs engines inside of
// programs) would leak: an `up` started by a preview would believe to be one.
var ownVariables = []string{
	"PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS",
	"PULUMI_NODEJS_TYPESCRIPT",
	"PULUMI_NODEJS_ORGANIZATION", "PULUMI_NODEJS_PROJECT", "PULUMI_NODEJS_ROOT_DIRECTORY",
	"PULUMI_NODEJS_STACK", "PULUMI_NODEJS_DRY_RUN", "PULUMI_NODEJS_PARALLEL",
	"PULUMI_NODEJS_MONITOR", "PULUMI_NODEJS_ENGINE", "PULUMI_NODEJS_SYNC",
}

// programEnvironment returns the program's environment: the inherited one with
// the stack's configuration as JSON (sorted by key) and the options for cmd/run.
func programEnvironment(inherited []string, r *pulumirpc.RunRequest, o options) ([]string, error) {
	config, err := json.Marshal(orEmpty(r.GetConfig()))
	if err != nil {
		return nil, fmt.Errorf("the stack's configuration cannot be passed on: %w", err)
	}
	secretKeys, err := json.Marshal(append([]string{}, r.GetConfigSecretKeys()...))
	if err != nil {
		return nil, fmt.Errorf("the stack's secret keys cannot be passed on: %w", err)
	}
	env := slices.DeleteFunc(slices.Clone(inherited), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(ownVariables, name)
	})
	env = append(env, "PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	if o.typescript {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+filepath.FromSlash(o.tsconfig))
	}
	return env, nil
}

// orEmpty makes a missing map marshal as {} instead of null.
func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
