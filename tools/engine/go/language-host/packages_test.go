package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// required asks a real server for the packages of the program in dir, as
// "name@version".
func required(t *testing.T, dir string) ([]string, error) {
	t.Helper()
	_, client := startHost(t)
	resp, err := client.GetRequiredPackages(testContext(t), &pulumirpc.GetRequiredPackagesRequest{Info: programInfo(t, dir, ".", nil)})
	var found []string
	for _, p := range resp.GetPackages() {
		if p.Kind != "resource" {
			t.Errorf("%s has kind %q", p.Name, p.Kind)
		}
		found = append(found, p.Name+"@"+p.Version)
	}
	return found, err
}

func TestRequiredPackages(t *testing.T) {
	const plugin = `"pulumi":{"resource":true}`
	for name, c := range map[string]struct {
		files   map[string]string
		program string
		want    []string
	}{
		"scoped, hoisted and nested in two versions": {
			files: map[string]string{
				"package.json":                                            `{"dependencies":{"@pulumi/aws":"*","comp":"*"}}`,
				"node_modules/@pulumi/aws/package.json":                   `{"name":"@pulumi/aws","version":"7.1.0",` + plugin + `}`,
				"node_modules/comp/package.json":                          `{"name":"comp","version":"1.0.0","dependencies":{"@pulumi/aws":"^6","tls":"*"}}`,
				"node_modules/comp/node_modules/@pulumi/aws/package.json": `{"name":"@pulumi/aws","version":"6.0.0",` + plugin + `}`,
				"node_modules/tls/package.json":                           `{"name":"tls","version":"v5.0.0",` + plugin + `}`,
			},
			want: []string{"aws@v7.1.0", "aws@v6.0.0", "tls@v5.0.0"},
		},
		"the same version in two folders is one": {
			files: map[string]string{
				"package.json":                               `{"dependencies":{"a":"*","b":"*"}}`,
				"node_modules/a/package.json":                `{"name":"a","version":"1.0.0","dependencies":{"x":"*"}}`,
				"node_modules/b/package.json":                `{"name":"b","version":"1.0.0","dependencies":{"x":"*"}}`,
				"node_modules/a/node_modules/x/package.json": `{"name":"x","version":"1.0.0",` + plugin + `}`,
				"node_modules/b/node_modules/x/package.json": `{"name":"x","version":"1.0.0",` + plugin + `}`,
				"node_modules/leftover/package.json":         `{"name":"leftover","version":"1.0.0",` + plugin + `}`,
				"node_modules/x-unused/node_modules/.keep":   "",
			},
			want: []string{"x@v1.0.0"},
		},
		"a cycle ends": {
			files: map[string]string{
				"package.json":                `{"dependencies":{"a":"*"}}`,
				"node_modules/a/package.json": `{"name":"a","version":"1.0.0","dependencies":{"b":"*"},` + plugin + `}`,
				"node_modules/b/package.json": `{"name":"b","version":"2.0.0","dependencies":{"a":"*"},` + plugin + `}`,
			},
			want: []string{"a@v1.0.0", "b@v2.0.0"},
		},
		"peer, optional and the project's dev dependencies count; others' dev and missing ones do not": {
			files: map[string]string{
				"package.json":                    `{"devDependencies":{"dev":"*"},"optionalDependencies":{"opt":"*","missing":"*"}}`,
				"node_modules/dev/package.json":   `{"name":"dev","version":"1.0.0","peerDependencies":{"peer":"*"},"devDependencies":{"inner":"*"}}`,
				"node_modules/opt/package.json":   `{"name":"opt","version":"1.0.0",` + plugin + `}`,
				"node_modules/peer/package.json":  `{"name":"peer","version":"1.0.0",` + plugin + `}`,
				"node_modules/inner/package.json": `{"name":"inner","version":"1.0.0",` + plugin + `}`,
			},
			want: []string{"opt@v1.0.0", "peer@v1.0.0"},
		},
		"the program is below the project": {
			files: map[string]string{
				"package.json":                `{"dependencies":{"a":"*"}}`,
				"stacks/main.ts":              "",
				"node_modules/a/package.json": `{"name":"a","version":"1.0.0","pulumi":{"resource":true,"name":"other","version":"9.9.9"}}`,
			},
			program: "stacks",
			want:    []string{"other@v9.9.9"},
		},
		"no plugin, or fields of another type": {
			files: map[string]string{
				"package.json":                  "\ufeff" + `{"dependencies":{"off":"*","odd":"*"}}`,
				"node_modules/off/package.json": `{"name":"off","version":"1.0.0","pulumi":{"resource":false}}`,
				"node_modules/odd/package.json": `{"name":"odd","dependencies":[],"version":"1.0.0",` + plugin + `}`,
			},
			want: []string{"odd@v1.0.0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := required(t, filepath.Join(writeFiles(t, c.files), c.program))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestRequiredPackagesFollowsLinksOnce(t *testing.T) {
	// pnpm's layout: the package is in a store, its dependencies beside it.
	root := writeFiles(t, map[string]string{
		"package.json": `{"dependencies":{"a":"*"}}`,
		"node_modules/.pnpm/a@1/node_modules/a/package.json": `{"name":"a","version":"1.0.0","dependencies":{"b":"*"}}`,
		"node_modules/.pnpm/a@1/node_modules/b/package.json": `{"name":"b","version":"1.0.0","pulumi":{"resource":true}}`,
	})
	if err := os.Symlink(".pnpm/a@1/node_modules/a", filepath.Join(root, "node_modules/a")); err != nil {
		t.Fatal(err)
	}
	got, err := required(t, root)
	if err != nil || !reflect.DeepEqual(got, []string{"b@v1.0.0"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestRequiredPackagesCarriesParameterization(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"package.json": `{"dependencies":{"a":"*"}}`,
		"node_modules/a/package.json": `{"name":"a","version":"1.0.0","pulumi":{"resource":true,"name":"terraform-provider","version":"0.5.0",` +
			`"server":"https://example.invalid","parameterization":{"name":"a","version":"1.0.0","value":"aGVsbG8="}}}`,
	})
	_, client := startHost(t)
	resp, err := client.GetRequiredPackages(testContext(t), &pulumirpc.GetRequiredPackagesRequest{Info: programInfo(t, root, ".", nil)})
	if err != nil || len(resp.Packages) != 1 {
		t.Fatalf("got %v, %v", resp, err)
	}
	p := resp.Packages[0]
	if p.Name != "terraform-provider" || p.Server != "https://example.invalid" || string(p.Parameterization.GetValue()) != "hello" || p.Extension != nil {
		t.Errorf("got %v", p)
	}
}

func TestCorruptPackageJSONIsNamed(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"package.json": {"package.json": "{\n\"name\": \"p\"\n\"x\": 1}"},
		"node_modules/a/package.json": {
			"package.json":                `{"dependencies":{"a":"*"}}`,
			"node_modules/a/package.json": "{\n\n\"name\" 1}",
		},
	} {
		root := writeFiles(t, files)
		_, err := required(t, root)
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		mustContain(t, err.Error(), filepath.Join(root, name), "is not valid JSON", "invalid character", "(line 3)")
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	}
}

func TestMissingPackageJSON(t *testing.T) {
	root := writeFiles(t, nil)
	_, err := required(t, root)
	if err == nil {
		t.Fatal("no error")
	}
	mustContain(t, err.Error(), "no package.json in "+root)
}

func TestProgramDependencies(t *testing.T) {
	root := writeFiles(t, map[string]string{
		"package.json":                    `{"dependencies":{"alias":"npm:real@1"}}`,
		"node_modules/alias/package.json": `{"name":"real","version":"1.2.3","dependencies":{"deep":"*"}}`,
		"node_modules/deep/package.json":  `{"name":"deep","version":"4.5.6"}`,
	})
	_, client := startHost(t)
	for transitive, want := range map[bool]string{false: "alias@1.2.3", true: "alias@1.2.3 deep@4.5.6"} {
		resp, err := client.GetProgramDependencies(testContext(t), &pulumirpc.GetProgramDependenciesRequest{
			Info: programInfo(t, root, ".", nil), TransitiveDependencies: transitive,
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range resp.Dependencies {
			got = append(got, d.Name+"@"+d.Version)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("transitive %v: got %v, want %s", transitive, got, want)
		}
	}
}
