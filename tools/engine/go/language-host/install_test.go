package main

import (
	"errors"
	"io"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func installDependencies(t *testing.T, r *pulumirpc.InstallDependenciesRequest) (stdout, stderr string, err error) {
	t.Helper()
	_, client := startHost(t)
	stream, err := client.InstallDependencies(testContext(t), r)
	if err != nil {
		t.Fatal(err)
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stdout, stderr, nil
		} else if err != nil {
			return stdout, stderr, err
		}
		stdout, stderr = stdout+string(m.Stdout), stderr+string(m.Stderr)
	}
}

func TestInstallCommand(t *testing.T) {
	for _, c := range []struct {
		lock, option, want string
	}{
		{"", "", "npm install"},
		{"package-lock.json", "", "npm ci"},
		{"npm-shrinkwrap.json", "npm", "npm ci"},
		{"pnpm-lock.yaml", "", "pnpm install --frozen-lockfile"},
		{"yarn.lock", "", "yarn install --frozen-lockfile"},
		{"bun.lock", "", "bun install --frozen-lockfile"},
		{"package-lock.json", "yarn", "yarn install"},
		{"", "bun", "bun install"},
	} {
		t.Run(c.lock+" "+c.option, func(t *testing.T) {
			for _, program := range packageManagers {
				fakeProgram(t, program, `echo "$(basename "$0") $*"; pwd -P; cat; echo warn >&2`)
			}
			files := map[string]string{"package.json": "{}", "stacks/main.ts": ""}
			if c.lock != "" {
				files[c.lock] = ""
			}
			opts := map[string]any{}
			if c.option != "" {
				opts["packagemanager"] = c.option
			}
			root := writeFiles(t, files)
			// The program's folder is below the one with package.json.
			stdout, stderr, err := installDependencies(t, &pulumirpc.InstallDependenciesRequest{Info: programInfo(t, root+"/stacks", "main.ts", opts)})
			want := "Installing dependencies of " + root + " with " + c.want + "\n" + c.want + "\n" + root + "\n"
			if err != nil || stdout != want || stderr != "warn\n" {
				t.Errorf("got %q, %q, %v\nwant %q", stdout, stderr, err, want)
			}
		})
	}
}

func TestInstallOnATerminal(t *testing.T) {
	fakeProgram(t, "npm", `[ -t 1 ] && [ -t 2 ] && [ ! -t 0 ] && echo "is a terminal"`)
	root := writeFiles(t, map[string]string{"package.json": "{}"})
	stdout, _, err := installDependencies(t, &pulumirpc.InstallDependenciesRequest{Info: programInfo(t, root, ".", nil), IsTerminal: true})
	if err != nil {
		t.Fatal(err)
	}
	mustContain(t, stdout, "is a terminal")
}

func TestInstallFailures(t *testing.T) {
	request := func(root string) *pulumirpc.InstallDependenciesRequest {
		return &pulumirpc.InstallDependenciesRequest{Info: programInfo(t, root, ".", nil)}
	}
	t.Run("exit code", func(t *testing.T) {
		fakeProgram(t, "npm", "echo reason >&2; exit 3")
		root := writeFiles(t, map[string]string{"package.json": "{}"})
		_, stderr, err := installDependencies(t, request(root))
		if err == nil || stderr != "reason\n" {
			t.Fatalf("got %q, %v", stderr, err)
		}
		mustContain(t, err.Error(), "`npm install` in "+root+" failed with exit code 3")
	})
	t.Run("no npm", func(t *testing.T) {
		emptyPath(t)
		_, _, err := installDependencies(t, request(writeFiles(t, map[string]string{"package.json": "{}"})))
		if err == nil {
			t.Fatal("no error")
		}
		mustContain(t, err.Error(), "npm is not on the PATH", "Node.js 24")
	})
	t.Run("corrupt package.json", func(t *testing.T) {
		fakeProgram(t, "npm", "echo must not run; exit 0")
		root := writeFiles(t, map[string]string{"package.json": "{,"})
		stdout, _, err := installDependencies(t, request(root))
		if err == nil || stdout != "" {
			t.Fatalf("got %q, %v", stdout, err)
		}
		mustContain(t, err.Error(), root+"/package.json is not valid JSON")
	})
}
