/** Says on standard error what long work is doing, so that standard output stays for results. */
export interface Progress {
  /** A finished step, on a line of its own. */
  step(text: string): void;
  /** How far the step under way is: rewrites one line on a terminal, a line every ten seconds elsewhere. */
  update(text: string): void;
}

const quietMs = 10_000;

export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0;
  let open = false;
  const clear = () => {
    if (open) stream.write("\r\u001b[K");
    open = false;
  };
  return {
    step(text) {
      clear();
      stream.write(`${text}\n`);
    },
    update(text) {
      const now = Date.now();
      if (stream.isTTY) {
        if (now - last < 100) return;
        clear();
        stream.write(text.slice(0, (stream.columns ?? 80) - 1));
        open = true;
      } else {
        if (now - last < quietMs) return;
        stream.write(`${text}\n`);
      }
      last = now;
    },
  };
}

export const silent: Progress = { step() {}, update() {} };
