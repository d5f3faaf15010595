import { readFileSync } from "node:fs";
import { exchange } from "../admin/index.ts";
import { Failure } from "../engine/index.ts";

/** What the local stack puts out: where the router is and what one needs to call it. */
export interface Deployment {
  readonly url: string;
  readonly apiKeyFile: string;
  readonly adminKeyFile: string;
  readonly caFile: string;
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
  readonly clientCertificate: "none" | "optional" | "required";
}

/** An answer and who gave it. */
export interface Answer {
  readonly text: string;
  readonly backend: string;
  readonly model: string;
}

const answerMs = 300_000;

/** Asks the deployed router one question, as any client would: over HTTPS, with the stack's authority and key. */
export async function ask(deployment: Deployment, question: string): Promise<Answer> {
  const withCertificate = deployment.clientCertificate !== "none";
  const { status, headers, text } = await exchange(new URL("/v1/chat/completions", deployment.url), {
    method: "POST",
    key: readFileSync(deployment.apiKeyFile, "utf8").trim(),
    body: bodyOf(question),
    ca: readFileSync(deployment.caFile),
    ...(withCertificate
      ? {
          certificate: {
            cert: readFileSync(deployment.clientCertificateFile),
            key: readFileSync(deployment.clientKeyFile),
          },
        }
      : {}),
    answerMs,
  }).catch((error: Error) => {
    throw new Failure(`The router at ${deployment.url} did not answer: ${error.message}`);
  });
  if (status !== 200) throw new Failure(`The router answered ${status}: ${text.slice(0, 2000)}`);
  const answer = JSON.parse(text) as { model?: string; choices?: { message?: { content?: string } }[] };
  return {
    text: answer.choices?.[0]?.message?.content ?? "",
    backend: String(headers["x-router-backend"] ?? "unknown"),
    model: String(headers["x-router-model"] ?? answer.model ?? "unknown"),
  };
}

const bodyOf = (question: string) => ({ model: "auto", messages: [{ role: "user", content: question }] });

/** The exact command for the next question, to be pasted into a shell. */
export function curlCommand(deployment: Deployment, question: string): string {
  const certificate =
    deployment.clientCertificate === "required"
      ? [`  --cert ${quote(deployment.clientCertificateFile)} --key ${quote(deployment.clientKeyFile)} \\`]
      : [];
  return [
    `curl --cacert ${quote(deployment.caFile)} \\`,
    ...certificate,
    `  -H "Authorization: Bearer $(cat ${quote(deployment.apiKeyFile)})" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quote(JSON.stringify(bodyOf(question)))} \\`,
    `  ${deployment.url}/v1/chat/completions`,
  ].join("\n");
}

/** Quotes a word for a POSIX shell where it needs it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
