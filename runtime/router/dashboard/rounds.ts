/** Work that is done again and again, the next time so long after the last one has ended. */
export class Rounds {
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  /** The first time at once. Work that fails is tried again when its turn comes. */
  every(milliseconds: number, work: () => unknown): void {
    const round = async () => {
      try {
        await work();
      } catch {
        // What it asks is down, and says so in the log where it is.
      }
      if (this.#stopped) return;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        void round();
      }, milliseconds);
      this.#timers.add(timer.unref());
    };
    void round();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
