/** Downloads of models as they are shown: one row for each model, whoever began it. Pure. */

import type { Pull, PullList } from "./api";

type DownloadState = "running" | "checking" | "stopped" | "interrupted" | "failed" | "done";

export interface Download {
  /** Of the server's; null for what an earlier run of it left. */
  id: string | null;
  ref: string;
  name: string;
  state: DownloadState;
  received: number;
  /** null: not known. */
  bytes: number | null;
  perSecond: number | null;
  secondsLeft: number | null;
  sha256: string | null;
  problem: Pull["problem"];
}

/** What the server was stopped in the midst of is no fault: it goes on. */
const STOPPING = "stopping";

/** Return the downloads, the newest first; of a model that was begun several times the last. */
export function downloadsOf({ pulls, left }: PullList): Download[] {
  const newest = new Map(pulls.map((pull) => [pull.name, pull]));
  const kept = left.map(({ ref, name, bytes, received }) => ({
    ...{ id: null, ref, name, bytes, received, state: "interrupted" as const },
    ...{ perSecond: null, secondsLeft: null, sha256: null, problem: null },
  }));
  return [...[...newest.values()].map(downloadOf).reverse(), ...kept];
}

function downloadOf(pull: Pull): Download {
  const { id, ref, name, bytes, received, sha256, problem } = pull;
  const speed = { perSecond: pull.bytes_per_second, secondsLeft: pull.seconds_left };
  return { id, ref, name, bytes, received, sha256, problem, ...speed, state: stateOf(pull) };
}

function stateOf({ ended, problem, received, bytes }: Pull): DownloadState {
  if (ended === null) return received >= bytes ? "checking" : "running";
  if (ended === "failed") return problem?.code === STOPPING ? "interrupted" : "failed";
  return ended === "stopped" ? "stopped" : "done";
}

export function isUnderWay(download: Download): boolean {
  return download.state === "running" || download.state === "checking";
}

/** Return how much of it is here, from 0 to 1; null where nobody knows. */
export function share({ received, bytes }: Download): number | null {
  return bytes === null || bytes === 0 ? null : Math.min(received / bytes, 1);
}
