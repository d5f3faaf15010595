import { expect, test } from "vitest";
import { parseRouterConfig, splitAddress } from "../../../../runtime/config/index.ts";
import { Revocations } from "../../../../runtime/router/access/revocations.ts";
import { openBackends } from "../../../../runtime/router/backends.ts";
import { Prices } from "../../../../runtime/router/money/index.ts";

const backends = { gemini: {}, claude: {}, openai: {}, local: {} };
const config = parseRouterConfig({ backends }, "test");

/** A default that has no price would be refused on the default budget. */
const addresses = [
  ...Object.values(
    openBackends({
      config,
      environment: {},
      baseDirectory: ".",
      revocations: new Revocations({ backends: new Map() }),
    }),
  ).flatMap(({ name, models }) => models.map((model) => `${name}/${model}`)),
  ...Object.values(config.arbitrage.tiers),
  config.predictive.switchTo,
];

test.each([...new Set(addresses)])("%s, which nobody has to configure, has a price", (address) => {
  const [backend, model] = splitAddress(address);
  expect(new Prices({}).priceOf(backend, model)).toBeDefined();
});
