import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { renderJson } from "../../runtime/config/index.ts";
import { type Bundle, Service } from "../machine/index.ts";

/** What the stand-ins are made from. */
export interface RehearsalProcessArgs {
  readonly bundle: Bundle;
  readonly supervisor: Bundle;
  readonly directory: string;
  /** On loopback; the providers' wires are all served there. */
  readonly port: number;
}

const typeToken = "hybrid-llm:router:RehearsalProcess";

/**
 * Scripted stand-ins for providers on a machine that has neither a provider's key nor a model of its own. Every answer
 * says that it is a rehearsal; no stack but `local` may hold one.
 *
 * Cost: none.
 */
export class RehearsalProcess extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly service: Service;

  constructor(name: string, args: RehearsalProcessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, {}, opts);
    const listen = { host: "127.0.0.1", port: args.port };
    this.service = new Service(
      `${name}-service`,
      {
        name: "rehearsal",
        directory: join(args.directory, "rehearsal"),
        bundle: args.bundle,
        supervisor: args.supervisor,
        configuration: renderJson(listen),
        files: {},
        listen,
      },
      { parent: this },
    );
    this.url = pulumi.output(this.service.address).apply(() => `http://${listen.host}:${listen.port}`);
    this.registerOutputs({ url: this.url });
  }
}
