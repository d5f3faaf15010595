package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// nodeTimeout is a deadline for `node --version`, which takes milliseconds.
const nodeTimeout = 10 * time.Second

// userError is an error whose text the engine shows to the person as it is.
func userError(err error) error {
	if _, isStatus := status.FromError(err); isStatus {
		return err
	}
	return status.Error(codes.FailedPrecondition, err.Error())
}

// findNode returns the node on the PATH.
func findNode() (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("node is not on the PATH: install Node.js 24 (https://nodejs.org), " +
			"or put the node_modules/.bin folder of a project that brings node along first on the PATH")
	}
	return node, nil
}

// nodeVersion returns what `node --version` prints, "v24.0.0".
func nodeVersion(ctx context.Context, node string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, nodeTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version failed: %w", node, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// requireTypeStripping reports a node that cannot load the TypeScript file
// entry by itself. Without this, node would answer with ERR_UNKNOWN_FILE_EXTENSION
// or a syntax error, which tell nobody what to do. A version that cannot be read
// passes: the check must not refuse what might work.
func requireTypeStripping(ctx context.Context, node, entry string, nodeArgs []string) error {
	if !slices.Contains([]string{".ts", ".mts", ".cts"}, filepath.Ext(entry)) || loadsTypeScript(nodeArgs) {
		return nil
	}
	printed, err := nodeVersion(ctx, node)
	if err != nil {
		return err
	}
	var major, minor int
	if _, err := fmt.Sscanf(printed, "v%d.%d.", &major, &minor); err != nil || stripsTypes(major, minor) {
		return nil
	}
	return fmt.Errorf("%s is TypeScript and `typescript: false` leaves it to node, but node %s (%s) cannot load it: "+
		"install Node.js 24 (22.19 is the oldest that will do), or set `typescript: true`", entry, printed, node)
}

// stripsTypes says whether node loads TypeScript without a flag. 22.19 is the
// oldest version that this project supports, 23.6 the first of its line.
func stripsTypes(major, minor int) bool {
	switch major {
	case 22:
		return minor >= 19
	case 23:
		return minor >= 6
	default:
		return major > 23
	}
}

// loadsTypeScript says whether node's arguments bring a way to load TypeScript.
func loadsTypeScript(nodeArgs []string) bool {
	return slices.ContainsFunc(nodeArgs, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return slices.Contains([]string{
			"--experimental-strip-types", "--experimental-transform-types",
			"--import", "--require", "-r", "--loader", "--experimental-loader",
		}, name)
	})
}

// sdkScript returns the script @pulumi/pulumi/cmd/<name> that a program in dir
// is run with: the SDK's copy that the program itself loads, so that both agree.
func sdkScript(dir, name string, o options) (string, error) {
	if script := findModule(dir, "@pulumi/pulumi/cmd/"+name); script != "" {
		return script, nil
	}
	root, err := packageRoot(dir)
	if err != nil {
		return "", fmt.Errorf("@pulumi/pulumi is not installed: %w", err)
	}
	if findModule(dir, "@pulumi/pulumi") != "" {
		return "", fmt.Errorf("the @pulumi/pulumi installed for %s has no cmd/%s: it is damaged or too old; run `%s` in %s",
			dir, name, installPlan(root, o), root)
	}
	return "", fmt.Errorf("@pulumi/pulumi is not installed: run `%s` in %s", installPlan(root, o), root)
}
