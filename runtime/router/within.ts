/** Waits for work, but no longer than this: then it goes on unwatched, and `late` is what it came to. */
export async function within<Result, Late>(
  milliseconds: number,
  work: Result | Promise<Result>,
  late: Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<Late>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
