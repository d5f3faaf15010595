import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "./bundle.ts";

/*
 * The resources of our own provider `machine` (tools/machine). No version is asked for, so that the engine takes the
 * plugin that Pulumi.yaml names. Outputs are declared only: a field that Node sees would be set to undefined again after
 * the base class has filled it.
 */

/** A host and port to listen on. */
export interface ListenArgs {
  /** A name or an IP address of this machine. */
  readonly host: pulumi.Input<string>;
  /** 0 takes any free port: the address is then known after the `up` only. */
  readonly port: pulumi.Input<number>;
}

/** What a supervised process is made from. */
export interface ServiceArgs {
  /** For messages, and the name of its log: lower-case letters, digits and hyphens. */
  readonly name: pulumi.Input<string>;
  /** Absolute; the service's own folder, removed with it. A change replaces the service. */
  readonly directory: pulumi.Input<string>;
  /** What it runs. It's copied, and only the hash counts as a change. */
  readonly bundle: pulumi.Input<Bundle>;
  /** The bundled `runtime/supervisor`. A change stops and starts the service, with a gap of a moment. */
  readonly supervisor: pulumi.Input<Bundle>;
  /** JSON, handed to the program as `--config <file>`. File names in it are relative to it. */
  readonly configuration: pulumi.Input<string>;
  /** Further files beside the configuration, by relative path, readable by their owner alone; kept secret. */
  readonly files?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Where the program listens by its configuration: for `address`, and for what a preview shows. */
  readonly listen: pulumi.Input<ListenArgs>;
  /** Processes that serve side by side. @default 1 */
  readonly workers?: pulumi.Input<number>;
  /** A process that isn't ready within this time has failed. @default 30 */
  readonly startSeconds?: pulumi.Input<number>;
  /** A process that drains is killed after this time. @default 30 */
  readonly drainSeconds?: pulumi.Input<number>;
  /** Plain variables of the program's environment, which has little else (PATH, HOME, locale, time zone). */
  readonly environment?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /**
   * Absolute path of a file with further variables, `NAME=value` a line, that its owner alone can read. The supervisor
   * reads it at each start and exchange; its content is kept nowhere.
   */
  readonly environmentFile?: pulumi.Input<string>;
  /** Names of variables handed over from the environment of `pulumi up`; their values are written nowhere. */
  readonly secretVariables?: pulumi.Input<pulumi.Input<string>[]>;
  /** Changes when the value of one of them, or of the file, does, so that the service is exchanged. */
  readonly secretsVersion?: pulumi.Input<string>;
}

/**
 * A bundled Node program as a detached process of this machine, under a supervisor that owns its listening socket.
 *
 * A change of bundle, configuration, files or variables exchanges the program beneath the socket: the new one must be
 * ready before the old one drains, and no connection is lost; one that fails leaves the old one in service. A crashed
 * program is started again. A plain `up` starts the service again if its process is gone.
 *
 * Cost: none.
 */
export class Service extends pulumi.CustomResource {
  /** Of the supervisor. */
  declare readonly pid: pulumi.Output<number>;
  /** `host:port`, an IPv6 address in brackets. */
  declare readonly address: pulumi.Output<string>;
  /** A hash over bundle, configuration, files, environment and `secretsVersion`. */
  declare readonly version: pulumi.Output<string>;
  declare readonly directory: pulumi.Output<string>;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      ...args,
      ...(args.files === undefined ? {} : { files: pulumi.secret(args.files) }),
      ...(args.secretsVersion === undefined ? {} : { secretsVersion: pulumi.secret(args.secretsVersion) }),
      pid: undefined,
      address: undefined,
      version: undefined,
    };
    super("machine:index:Service", name, inputs, opts);
  }
}

/** Whom an API key is for. */
export interface ApiKeyArgs {
  /** A note; the router's configuration is what binds a key to a tenant. */
  readonly tenant?: pulumi.Input<string>;
  /** A note, too. */
  readonly role?: pulumi.Input<string>;
  /** Raise it for a new key. @default 1 */
  readonly generation?: pulumi.Input<number>;
}

/**
 * An API key of the router, made once from the system's random source; its hash is what a configuration holds.
 *
 * Cost: none.
 */
export class ApiKey extends pulumi.CustomResource {
  /** The public part, in the key's text and in logs. */
  declare readonly keyId: pulumi.Output<string>;
  /** `hl_<id>_<secret>`, a secret. */
  declare readonly key: pulumi.Output<string>;
  /** SHA-256 of the whole key, hexadecimal. */
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, args: ApiKeyArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, keyId: undefined, key: undefined, sha256: undefined };
    super("machine:index:ApiKey", name, inputs, pulumi.mergeOptions(opts, { additionalSecretOutputs: ["key"] }));
  }
}

/** A file of this machine. */
export interface FileArgs {
  /** Absolute. A change replaces the file. */
  readonly path: pulumi.Input<string>;
  readonly content: pulumi.Input<string>;
  /** Octal. @default "0600" */
  readonly mode?: pulumi.Input<string>;
}

/**
 * A file, written whole or not at all. One that was changed or removed since is restored by the next `up`; one that
 * Pulumi didn't write is never overwritten.
 *
 * Cost: none.
 */
export class File extends pulumi.CustomResource {
  declare readonly path: pulumi.Output<string>;
  declare readonly mode: pulumi.Output<string>;
  /** SHA-256 of the content, hexadecimal; a secret, because it would betray a short content. */
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, args: FileArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, sha256: undefined };
    super("machine:index:File", name, inputs, pulumi.mergeOptions(opts, { additionalSecretOutputs: ["sha256"] }));
  }
}
