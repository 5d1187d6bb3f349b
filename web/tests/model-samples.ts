/** What the server may say of models and downloads, for tests. */

import type { Fit, Pull } from "../shared/api";

export function fit(expected: number | null, verdict = "runs"): Fit {
  const span = (value: number) => ({ low: value / 2, expected: value, high: value * 2 });
  return {
    verdict, reason: "", context: 4096, memory_bytes: 1e9, card: null,
    decode_tokens_per_s: expected === null ? null : span(expected),
    prompt_tokens_per_s: span(100), first_token_s: null,
  };
}

export function pull(name: string, more: Partial<Pull> = {}): Pull {
  return {
    id: `id-${name}`, ref: `hf:org/${name}`, name, bytes: 100, received: 40, bytes_per_second: 10, seconds_left: 6,
    sha256: null, last: 1, ended: null, problem: null, ...more,
  };
}
