/** A path as Pulumi writes it: `subject.country`, `dnsNames[0]`, `annotations["example.com/x"]`. */
export function formatPath(segments: readonly PropertyKey[]): string {
  let text = "";
  for (const segment of segments) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(String(segment))) text += text === "" ? String(segment) : `.${String(segment)}`;
    else text += `[${JSON.stringify(String(segment))}]`;
  }
  return text;
}

/** A pattern of a rule: `spec.containers[*].image`; `*` stands for any one step. */
export function parsePattern(pattern: string): string[] {
  return pattern.replaceAll(/\[("?)([^\]"]*)\1\]/g, ".$2").split(".");
}

/** Whether `pattern` covers the whole `path` or a beginning of it. */
export function covers(pattern: readonly string[], path: readonly PropertyKey[]): boolean {
  return pattern.length <= path.length && pattern.every((step, at) => step === "*" || step === String(path[at]));
}

/** Whether `path` is a beginning of what `pattern` names: the change of a whole object holds the property. */
export function holds(path: readonly PropertyKey[], pattern: readonly string[]): boolean {
  return path.length < pattern.length && path.every((step, at) => pattern[at] === "*" || pattern[at] === String(step));
}
