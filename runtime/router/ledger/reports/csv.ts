type Cell = string | number | bigint | boolean | undefined;

/** A spreadsheet takes what begins so for a formula (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;

/** Lines as in RFC 4180, the names of the columns first. */
export function renderCsv(columns: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [columns, ...rows].map((cells) => cells.map(cellText).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/** A decimal number, which may begin with a minus. */
const decimal = /^-?\d+(\.\d+)?$/;

function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  const text = String(cell);
  const safe = typeof cell === "string" && formula.test(text) && !decimal.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
