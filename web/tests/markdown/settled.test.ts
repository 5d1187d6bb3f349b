import { expect, it } from "vitest";

import { settledLength } from "../../shared/markdown/settled";

it("moves rarely, only ahead, to ends of lines, and never far behind", () => {
  const code = "let x = compute(1, 2);\n".repeat(1000);
  const lengths = new Set<number>();
  let before = 0;
  for (let end = 1; end <= code.length; end++) {
    const length = settledLength(code.slice(0, end));
    expect(length).toBeGreaterThanOrEqual(before);
    expect(length === 0 || code[length - 1] === "\n").toBe(true);
    expect(end - length).toBeLessThanOrEqual(Math.max(160, end / 8 + 24));
    lengths.add((before = length));
  }
  expect(lengths.size).toBeLessThan(100);
});
