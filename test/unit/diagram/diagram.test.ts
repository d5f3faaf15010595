import { describe, expect, it } from "vitest";
import { diagramOf } from "../../../tools/diagram/index.ts";

const router = {
  type: "hybrid-llm:router:RouterDeployment",
  properties: { region: "eu-west-1", version: "blue", minReplicas: 3, maxReplicas: 10, cpu: "500m", memory: "512Mi" },
};
const ollama = (region: string, models: string[]) => ({
  type: "hybrid-llm:models:Ollama",
  properties: { region, models, minReplicas: 1, maxReplicas: 1, gpusPerReplica: 0 },
});

describe("a drawing of a stack", () => {
  it("has a frame for each region, and boxes of what the plan has and of nothing else", () => {
    const drawn = diagramOf("prod", [router, ollama("us-east-1", ["llama3:8b"])], 42);
    expect(drawn.match(/class="frame"/g)).toHaveLength(2);
    expect(drawn.match(/class="box"/g)).toHaveLength(2);
    for (const said of ["Router, version blue", "3 to 10 replicas", "on CPUs", "42 resources"]) {
      expect(drawn).toContain(said);
    }
    expect(drawn).not.toContain("Vault");
    expect(drawn).not.toContain('class="way"');
  });

  it("leads from the edge to each region", () => {
    const edge = { type: "hybrid-llm:edge:LatencyEdge", properties: { hostname: "llm.example.com" } };
    const drawn = diagramOf("prod", [edge, router, ollama("us-east-1", ["llama3:8b"])], 3);
    expect(drawn.match(/class="way"/g)).toHaveLength(2);
    expect(drawn).toContain("Route 53");
  });

  it("stays whole whatever is named in it, and keeps long names within their box", () => {
    const drawn = diagramOf("prod", [ollama("eu-west-1", ['<&">', "a".repeat(200)])], 1);
    expect(drawn).toContain("&lt;&amp;&quot;&gt;");
    expect(drawn).not.toContain("a".repeat(100));
    expect(drawn).toContain("…");
  });
});
