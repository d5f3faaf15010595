package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// installed is one package found in a node_modules folder.
type installed struct {
	name     string // as it was asked for: an npm alias differs from manifest.Name
	dir      string // without symbolic links, so that a package is one however it is reached
	manifest manifest
	direct   bool // asked for by the project itself
}

// findModule looks for node_modules/<path> in dir and the folders above it, as
// node does, and returns "" when there is none.
func findModule(dir, path string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if filepath.Base(d) != "node_modules" {
			found := filepath.Join(d, "node_modules", filepath.FromSlash(path))
			if _, err := os.Stat(found); err == nil {
				return found
			}
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}

// installedPackages returns every package that the project at root reaches
// through declared dependencies, each once, breadth first and so in an order
// that only the files decide. It follows declarations instead of listing
// node_modules because leftovers there are not the project's needs. What is
// declared but not installed is skipped: it may be optional, and running the
// program tells about it better.
func installedPackages(root string) ([]installed, error) {
	project, err := readManifest(root)
	if err != nil {
		return nil, err
	}
	var found []installed
	seen := map[string]bool{}
	add := func(from string, names []string, direct bool) error {
		for _, name := range names {
			dir := findModule(from, name)
			if dir == "" {
				continue
			}
			if dir, err = filepath.EvalSymlinks(dir); err != nil {
				return err
			}
			if seen[dir] {
				continue
			}
			seen[dir] = true
			m, err := readManifest(dir)
			if errors.Is(err, fs.ErrNotExist) {
				continue // a folder of that name, but no package
			} else if err != nil {
				return err
			}
			found = append(found, installed{name, dir, m, direct})
		}
		return nil
	}
	if err := add(root, project.needsAsProject(), true); err != nil {
		return nil, err
	}
	for i := 0; i < len(found); i++ {
		if err := add(found[i].dir, found[i].manifest.needs(), false); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// installedFor returns the packages of the project that info's program is in.
func installedFor(info *pulumirpc.ProgramInfo) ([]installed, error) {
	root, err := packageRoot(info.GetProgramDirectory())
	if err != nil {
		return nil, err
	}
	return installedPackages(root)
}

// GetRequiredPackages lists the resource plugins that the installed SDKs name,
// so that the engine has them before the program runs.
func (h *host) GetRequiredPackages(_ context.Context, r *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	packages, err := installedFor(r.GetInfo())
	if err != nil {
		return nil, userError(err)
	}
	resp := &pulumirpc.GetRequiredPackagesResponse{}
	reported := map[string]bool{}
	for _, p := range packages {
		dependency := p.plugin()
		// The same SDK can be installed in several folders.
		if dependency == nil || reported[dependency.String()] {
			continue
		}
		reported[dependency.String()] = true
		resp.Packages = append(resp.Packages, dependency)
	}
	return resp, nil
}

// plugin returns the resource plugin that p is the SDK of, or nil.
func (p installed) plugin() *pulumirpc.PackageDependency {
	declared := p.manifest.Pulumi
	if declared == nil || !declared.Resource {
		return nil
	}
	name := declared.Name
	if name == "" {
		name = strings.TrimPrefix(p.manifest.Name, "@pulumi/")
	}
	version := declared.Version
	if version == "" {
		version = p.manifest.Version
	}
	if version != "" {
		version = "v" + strings.TrimPrefix(version, "v")
	}
	return &pulumirpc.PackageDependency{
		Name:             name,
		Kind:             "resource",
		Version:          version,
		Server:           declared.Server,
		Parameterization: declared.Parameterization.message(),
		Extension:        declared.ExtensionParameterization.message(),
	}
}

func (p *parameterization) message() *pulumirpc.PackageParameterization {
	if p == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: p.Name, Version: p.Version, Value: p.Value}
}

// GetProgramDependencies lists the project's npm packages for `pulumi about`.
func (h *host) GetProgramDependencies(_ context.Context, r *pulumirpc.GetProgramDependenciesRequest) (*pulumirpc.GetProgramDependenciesResponse, error) {
	packages, err := installedFor(r.GetInfo())
	if err != nil {
		return nil, userError(err)
	}
	resp := &pulumirpc.GetProgramDependenciesResponse{}
	for _, p := range packages {
		if p.direct || r.GetTransitiveDependencies() {
			resp.Dependencies = append(resp.Dependencies, &pulumirpc.DependencyInfo{Name: p.name, Version: p.manifest.Version})
		}
	}
	return resp, nil
}
