import { expect, onTestFinished } from "vitest";
import { adminKey } from "../router/money.ts";

interface Addressed {
  readonly url: string;
}

export const own = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };

export const signIn = ({ url }: Addressed, key: string, headers: Record<string, string> = own) =>
  fetch(`${url}/dashboard/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers,
    body: new URLSearchParams({ key }),
  });

export async function cookieOf(router: Addressed): Promise<{ cookie: string }> {
  const response = await signIn(router, adminKey.key);
  expect(response.status).toBe(303);
  return { cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

/** What an open stream of events has said so far. */
export async function listen({ url }: Addressed, headers: Record<string, string>) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const response = await fetch(`${url}/dashboard/events`, { headers, signal: controller.signal });
  const heard = { status: response.status, text: "", over: false };
  const read = async () => {
    for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString();
    heard.over = true;
  };
  read().catch(() => {
    heard.over = true;
  });
  return heard;
}
