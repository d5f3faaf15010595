package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// manifest is the part of a package.json that matters here.
type manifest struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Main                 string            `json:"main"`
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
	PeerDependencies     map[string]string `json:"peerDependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	Pulumi               *pulumiManifest   `json:"pulumi"`
}

// pulumiManifest is how an SDK names the plugin that it talks to
// (plugin.PulumiPluginJSON of the Pulumi SDK).
type pulumiManifest struct {
	Resource                  bool              `json:"resource"`
	Name                      string            `json:"name"`
	Version                   string            `json:"version"`
	Server                    string            `json:"server"`
	Parameterization          *parameterization `json:"parameterization"`
	ExtensionParameterization *parameterization `json:"extensionParameterization"`
}

type parameterization struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Value   []byte `json:"value"` // base64 in the file
}

// readManifest reads the package.json in dir. A field of another type than
// expected counts as absent, as it does for npm (old packages write
// `"dependencies": []`); what is no JSON at all is an error that names the file.
func readManifest(dir string) (manifest, error) {
	file := filepath.Join(dir, "package.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	err = json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &m)
	if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !mistyped {
		return manifest{}, fmt.Errorf("%s is not valid JSON: %w%s", file, err, position(text, err))
	}
	return m, nil
}

// position says on which line a syntax error is.
func position(text []byte, err error) string {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || syntax.Offset > int64(len(text)) {
		return ""
	}
	return fmt.Sprintf(" (line %d)", 1+bytes.Count(text[:syntax.Offset], []byte("\n")))
}

// packageRoot returns the nearest folder at or above dir with a package.json:
// `main: stacks/main.ts` makes stacks the program's folder, while its
// package.json is the project's.
func packageRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "package.json")); err == nil {
			return d, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no package.json in %s or in any folder above it", dir)
		}
	}
}

// needs names what an installed package needs at run time, sorted. Peers count:
// npm installs them, and a component package declares its providers so.
func (m manifest) needs() []string {
	return sortedNames(m.Dependencies, m.OptionalDependencies, m.PeerDependencies)
}

// needsAsProject also names what only the project itself gets installed.
func (m manifest) needsAsProject() []string {
	return sortedNames(m.Dependencies, m.OptionalDependencies, m.PeerDependencies, m.DevDependencies)
}

func sortedNames(tables ...map[string]string) []string {
	names := map[string]bool{}
	for _, table := range tables {
		for name := range table {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
