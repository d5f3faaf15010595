import { EnvHttpProxyAgent, request } from "undici";

const answerMs = 5_000;

/** Why a host on the internet can't be reached from here, or undefined if it answers. HTTPS_PROXY is honoured. */
export async function whyUnreachable(url: string): Promise<string | undefined> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const { body } = await request(url, { method: "HEAD", dispatcher, signal: AbortSignal.timeout(answerMs) });
    await body.dump();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code?.startsWith("E") ? code : message;
  } finally {
    await dispatcher.close();
  }
}
