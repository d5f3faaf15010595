package main

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// captureOutput takes the program's output instead of the test's own streams.
func captureOutput(t *testing.T) (stdout, stderr *bytes.Buffer) {
	t.Helper()
	before := programOutput
	t.Cleanup(func() { programOutput = before })
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	programOutput.stdout, programOutput.stderr = stdout, stderr
	return stdout, stderr
}

func TestRunPassesEverythingToTheProgram(t *testing.T) {
	fakeProgram(t, "node", `printf '%s\n' "$@"; printf '%s\n' "$PULUMI_CONFIG $PULUMI_CONFIG_SECRET_KEYS ts=$PULUMI_NODEJS_TYPESCRIPT dry=$PULUMI_NODEJS_DRY_RUN $PWD" >&2`)
	// As if the engine had been started by a program that is being previewed.
	t.Setenv("PULUMI_NODEJS_DRY_RUN", "true")
	t.Setenv("PULUMI_NODEJS_TYPESCRIPT", "true")
	stdout, stderr := captureOutput(t)
	root := writeFiles(t, sdk(nil))
	h, client := startHost(t)
	h.engine = "127.0.0.1:2"
	resp, err := client.Run(testContext(t), &pulumirpc.RunRequest{
		MonitorAddress: "127.0.0.1:1", Organization: "org", Project: "proj", Stack: "dev", Pwd: root, Parallel: 4, DryRun: true,
		Config:           map[string]string{"proj:b": "\"quoted\"\n", "proj:a": `{"x":[1]}`},
		ConfigSecretKeys: []string{"proj:a"},
		Args:             []string{"--own", "arg"},
		Info:             programInfo(t, root, "main.js", map[string]any{"typescript": false, "nodeargs": `--max-old-space-size=99 "--title=a b"`}),
	})
	if err != nil || resp.Error != "" || resp.Bail {
		t.Fatalf("got %v, %v", resp, err)
	}
	want := []string{
		"--max-old-space-size=99", "--title=a b", filepath.Join(root, "node_modules/@pulumi/pulumi/cmd/run"),
		"--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--organization", "org", "--project", "proj",
		"--root-directory", root, "--stack", "dev", "--pwd", root, "--dry-run", "--parallel", "4", "main.js", "--own", "arg",
	}
	if got := strings.Split(strings.TrimSpace(stdout.String()), "\n"); !reflect.DeepEqual(got, want) {
		t.Errorf("arguments\n got %q\nwant %q", got, want)
	}
	if got, want := stderr.String(), `{"proj:a":"{\"x\":[1]}","proj:b":"\"quoted\"\n"} ["proj:a"] ts= dry= `+root+"\n"; got != want {
		t.Errorf("environment\n got %q\nwant %q", got, want)
	}
}

func TestRunDefaults(t *testing.T) {
	r := &pulumirpc.RunRequest{MonitorAddress: "m", Info: &pulumirpc.ProgramInfo{}}
	if got, want := programArguments(r, "", ""), []string{"--monitor", "m", "--parallel", "0", "."}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	env, err := programEnvironment([]string{"A=1", "PULUMI_CONFIG=old"}, r, options{typescript: true, tsconfig: "t.json"})
	want := []string{"A=1", "PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]", "PULUMI_NODEJS_TYPESCRIPT=true", "PULUMI_NODEJS_TSCONFIG_PATH=t.json"}
	if err != nil || !reflect.DeepEqual(env, want) {
		t.Errorf("got %q, %v, want %q", env, err, want)
	}
}

func TestRunExitCodes(t *testing.T) {
	for script, want := range map[string]*pulumirpc.RunResponse{
		"exit 0":     {},
		"exit 32":    {Bail: true},
		"exit 1":     {Error: "Program exited with non-zero exit code: 1"},
		"exit 255":   {Error: "Program exited with non-zero exit code: 255"},
		"kill -9 $$": {Error: "Program was ended by a signal (signal: killed)"},
	} {
		t.Run(script, func(t *testing.T) {
			fakeProgram(t, "node", script)
			root := writeFiles(t, sdk(nil))
			_, client := startHost(t)
			resp, err := client.Run(testContext(t), &pulumirpc.RunRequest{Info: programInfo(t, root, ".", nil)})
			if err != nil || resp.Error != want.Error || resp.Bail != want.Bail {
				t.Errorf("got %v, %v, want %v", resp, err, want)
			}
		})
	}
}

func TestRunSaysWhatIsMissing(t *testing.T) {
	noTypeScript := map[string]any{"typescript": false}
	for name, c := range map[string]struct {
		files map[string]string
		node  string // what the fake node prints as its version, "" for no node
		entry string
		opts  map[string]any
		want  []string
	}{
		"no node": {
			files: sdk(nil), entry: "main.ts", want: []string{"node is not on the PATH", "install Node.js 24"},
		},
		"old node and TypeScript": {
			files: sdk(nil), node: "v22.18.0", entry: "main.ts", opts: noTypeScript,
			want: []string{"main.ts is TypeScript", "node v22.18.0", "22.19", "install Node.js 24"},
		},
		"old node and TypeScript named by package.json": {
			files: sdk(map[string]string{"package.json": `{"main":"src/x.mts"}`}), node: "v23.5.0", entry: ".", opts: noTypeScript,
			want: []string{"src/x.mts is TypeScript", "node v23.5.0"},
		},
		"no SDK, with a lock file": {
			files: map[string]string{"package.json": "{}", "package-lock.json": "{}"}, node: "v24.0.0", entry: ".",
			want: []string{"@pulumi/pulumi is not installed: run `npm ci` in ROOT"},
		},
		"no SDK, another package manager": {
			files: map[string]string{"package.json": "{}"}, node: "v24.0.0", entry: ".", opts: map[string]any{"packagemanager": "pnpm"},
			want: []string{"run `pnpm install` in ROOT"},
		},
		"a damaged SDK": {
			files: map[string]string{"package.json": "{}", "node_modules/@pulumi/pulumi/package.json": "{}"}, node: "v24.0.0", entry: ".",
			want: []string{"has no cmd/run", "run `npm install` in ROOT"},
		},
		"a corrupt package.json": {
			files: sdk(map[string]string{"package.json": "{"}), node: "v24.0.0", entry: ".",
			want: []string{"ROOT/package.json is not valid JSON"},
		},
		"wrong options, all of them": {
			files: sdk(nil), node: "v24.0.0", entry: ".",
			opts: map[string]any{"typescript": "no", "nodeargs": `"open`, "tsconfig": 1, "packagemanager": "deno", "unknown": 1},
			want: []string{`typescript must be true or false, but is "no"`, "nodeargs must be", "tsconfig must be", `packagemanager must be one of npm, pnpm, yarn, bun, but is "deno"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			emptyPath(t)
			if c.node != "" {
				fakeProgram(t, "node", `[ "$1" = --version ] && echo `+c.node+` || exit 99`)
			}
			root := writeFiles(t, c.files)
			_, client := startHost(t)
			resp, err := client.Run(testContext(t), &pulumirpc.RunRequest{Info: programInfo(t, root, c.entry, c.opts)})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				mustContain(t, resp.Error, strings.ReplaceAll(want, "ROOT", root))
			}
		})
	}
}

func TestRunTakesANodeThatLoadsTypeScript(t *testing.T) {
	for version, args := range map[string]string{"v22.19.0": "", "v23.6.0": "", "v24.0.0": "", "v26.1.0": "", "v20.0.0": "--import=tsx", "nightly": ""} {
		fakeProgram(t, "node", `[ "$1" = --version ] && echo `+version+` || exit 0`)
		root := writeFiles(t, sdk(nil))
		_, client := startHost(t)
		resp, err := client.Run(testContext(t), &pulumirpc.RunRequest{
			Info: programInfo(t, root, "main.ts", map[string]any{"typescript": false, "nodeargs": args}),
		})
		if err != nil || resp.Error != "" {
			t.Errorf("%s %s: %v, %v", version, args, resp, err)
		}
	}
}

func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"":                 nil,
		"  a\tb ":          {"a", "b"},
		`a'b c'd "e \" f"`: {"ab cd", `e " f`},
		`'' \ x 'a\b'`:     {"", " x", `a\b`},
	} {
		if got, err := splitWords(line); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, %v, want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"a`, `a\`} {
		if got, err := splitWords(line); err == nil {
			t.Errorf("%q: got %q instead of an error", line, got)
		}
	}
}

func TestWhatIsLeftOutSaysSo(t *testing.T) {
	_, client := startHost(t)
	ctx := testContext(t)
	answers := map[string]error{}
	_, answers["generate programs"] = client.GenerateProgram(ctx, &pulumirpc.GenerateProgramRequest{})
	_, answers["generate projects"] = client.GenerateProject(ctx, &pulumirpc.GenerateProjectRequest{})
	_, answers["generate SDKs"] = client.GeneratePackage(ctx, &pulumirpc.GeneratePackageRequest{})
	_, answers["pack SDKs"] = client.Pack(ctx, &pulumirpc.PackRequest{})
	_, answers["link local SDKs"] = client.Link(ctx, &pulumirpc.LinkRequest{})
	_, answers["attach a debugger"] = client.Run(ctx, &pulumirpc.RunRequest{AttachDebugger: true})
	for what, err := range answers {
		if status.Code(err) != codes.Unimplemented {
			t.Errorf("%s: %v", what, err)
			continue
		}
		mustContain(t, err.Error(), "does not "+what)
	}
}

func TestAbout(t *testing.T) {
	_, client := startHost(t)
	fakeProgram(t, "node", "echo v24.1.2")
	resp, err := client.About(testContext(t), &pulumirpc.AboutRequest{})
	if err != nil || resp.Version != "v24.1.2" || filepath.Base(resp.Executable) != "node" {
		t.Errorf("got %v, %v", resp, err)
	}
	emptyPath(t)
	if _, err = client.About(testContext(t), &pulumirpc.AboutRequest{}); err == nil {
		t.Fatal("no error without node")
	}
	mustContain(t, err.Error(), "node is not on the PATH")
}
