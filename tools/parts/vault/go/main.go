// Vault as it is released, with what its authors leave in by the tag `minimal`: all else would bring the clients of every
// cloud and database along, which take the compiler longer than everything else. Its auth method for Kubernetes is left out
// so too; a second server, in memory, has that and the engines that the stacks use.
package main

import (
	"log"
	"net"
	"net/http"
	"os"
	"slices"

	"github.com/hashicorp/go-hclog"
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/logical/pki"
	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/command"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// plugins are those that the stacks use.
type plugins map[consts.PluginType]map[string]logical.Factory

var builtin = plugins{
	consts.PluginTypeSecrets:    {"kv": kv.Factory, "pki": pki.Factory, "transit": transit.Factory},
	consts.PluginTypeCredential: {"kubernetes": kubernetes.Factory},
}

func (p plugins) Contains(name string, kind consts.PluginType) bool {
	_, ok := p[kind][name]
	return ok
}

func (p plugins) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	factory, ok := p[kind][name]
	return func() (any, error) { return factory, nil }, ok
}

func (p plugins) Keys(kind consts.PluginType) []string {
	var names []string
	for name := range p[kind] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (p plugins) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, p.Contains(name, kind)
}

func (p plugins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

// `memory <address>` is the second server, which starts uninitialised and sealed like any other; all else is `vault`.
func main() {
	if len(os.Args) == 3 && os.Args[1] == "memory" {
		if err := serve(os.Args[2]); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(command.Run(os.Args[1:]))
}

func serve(address string) error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		LogicalBackends:    builtin[consts.PluginTypeSecrets],
		CredentialBackends: builtin[consts.PluginTypeCredential],
		AuditBackends:      map[string]audit.Factory{"file": audit.NewFileBackend},
		BuiltinRegistry:    builtin,
		RedirectAddr:       "http://" + address,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return http.Serve(listener, vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core:           core,
		ListenerConfig: &configutil.Listener{Address: address},
	}))
}
