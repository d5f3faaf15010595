import type { OpenAnswer } from "./attempt.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import type { Target } from "./targets.ts";
import type { Wire } from "./wires/wire.ts";

/** No whole answer is larger; beyond it the attempt fails and nothing more is read. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** The whole answer out of a stream's events. */
export async function assembled({ batches }: OpenAnswer, target: Target, wire: Wire) {
  const assembler = wire.assembler(target.provider.wire);
  let bytes = 0;
  for (;;) {
    const next = await batches.next();
    if (!next.done) {
      for (const event of next.value) {
        assembler.add(event);
        bytes += event.bytes.length;
      }
      if (bytes > maxAnswerBytes) {
        await batches.return({ ending: [], usage: undefined });
        throw new UpstreamFailure("its answer is too large");
      }
    } else {
      for (const event of next.value.ending) assembler.add(event);
      const { ending, usage } = next.value;
      return { bytes: assembler.finish(), usage, ending };
    }
  }
}
