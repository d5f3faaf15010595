package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// unsupported is the answer to a request this host leaves out. It names the way
// out, because the engine shows it to the person who asked.
func unsupported(what string) error {
	return status.Errorf(codes.Unimplemented,
		"this Node.js language host, built from public Go modules, does not %s: install the official Pulumi CLI (https://www.pulumi.com/docs/install/) for that", what)
}

// errDebugger answers attach_debugger.
var errDebugger = status.Error(codes.Unimplemented,
	"this Node.js language host does not attach a debugger: set `nodeargs: --inspect-brk` under runtime.options in Pulumi.yaml and attach to node's inspector yourself")

// GenerateProgram is left out.
func (h *host) GenerateProgram(context.Context, *pulumirpc.GenerateProgramRequest) (*pulumirpc.GenerateProgramResponse, error) {
	return nil, unsupported("generate programs")
}

// GenerateProject is left out.
func (h *host) GenerateProject(context.Context, *pulumirpc.GenerateProjectRequest) (*pulumirpc.GenerateProjectResponse, error) {
	return nil, unsupported("generate projects")
}

// GeneratePackage is left out.
func (h *host) GeneratePackage(context.Context, *pulumirpc.GeneratePackageRequest) (*pulumirpc.GeneratePackageResponse, error) {
	return nil, unsupported("generate SDKs")
}

// Pack is left out.
func (h *host) Pack(context.Context, *pulumirpc.PackRequest) (*pulumirpc.PackResponse, error) {
	return nil, unsupported("pack SDKs")
}

// Link is left out.
func (h *host) Link(context.Context, *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return nil, unsupported("link local SDKs")
}
