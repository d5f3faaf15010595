/** A model and where it's pulled from. */
export interface PullOrder {
  readonly model: string;
  readonly from: string;
}

/**
 * What each model is pulled as. Ollama's own registry by default; a mirror is a registry that keeps them under the same
 * names, `<host>/library/llama3:8b`.
 *
 * @param store `https://` and a host
 * @throws RangeError for a store that is none, or a name that a shell would read as more than a name
 */
export function pullOrders(models: readonly string[], store?: string): readonly PullOrder[] {
  const host = store === undefined ? undefined : hostOf(store);
  return models.map((model) => {
    if (!/^[a-z0-9][\w.-]*(?:\/[\w.-]+)*(?::[\w.-]+)?$/i.test(model)) {
      throw new RangeError(`models.ollama.models: ${model}; allowed is a name such as llama3:8b or somebody/model:tag`);
    }
    if (host === undefined) return { model, from: model };
    return { model, from: `${host}/${model.includes("/") ? model : `library/${model}`}` };
  });
}

function hostOf(store: string): string {
  const [, host] = /^https:\/\/([a-z0-9.-]+(?::\d+)?)\/?$/i.exec(store) ?? [];
  if (host === undefined)
    throw new RangeError(`airgap.modelStore: ${store}; allowed is https:// and a registry's host`);
  return host;
}

/** A shell's script that pulls what isn't there yet, before the server takes requests. */
export function pullScript(orders: readonly PullOrder[]): string {
  return [
    "set -eu",
    "ollama serve & server=$!",
    // Whatever happens: what is left would be waited for.
    `trap 'kill "$server"; wait "$server" || true' EXIT`,
    "tries=0",
    "until ollama list >/dev/null 2>&1; do",
    '  tries=$((tries + 1)); [ "$tries" -lt 120 ] || { echo "ollama does not start"; exit 1; }',
    "  sleep 1",
    "done",
    ...orders.flatMap(({ model, from }) => [
      `ollama show ${model} >/dev/null 2>&1 || ollama pull ${from}`,
      ...(from === model ? [] : [`ollama show ${model} >/dev/null 2>&1 || ollama cp ${from} ${model}`]),
    ]),
    "",
  ].join("\n");
}
