/** A server of one run's events, for tests: it numbers them, goes on after any, and can be cut off. */

export interface Told {
  name: string;
  said: object;
}

const encoder = new TextEncoder();

export class RunServer {
  /** Bytes after which each connection breaks, in turn; the last holds for all that follow. */
  cuts: number[] = [];
  readonly asked: number[] = [];
  readonly #events: readonly Told[];

  constructor(events: readonly Told[]) {
    this.#events = events;
  }

  /** All that one connection sends. */
  bytes(after = 0): Uint8Array {
    const frames = this.#events.map(({ name, said }, at) => `id: ${at + 1}\nevent: ${name}\ndata: ${JSON.stringify(said)}\n\n`);
    return encoder.encode(["retry: 1000\n\n", ...frames.slice(after)].join(""));
  }

  fetch = ((path: string) => {
    const after = Number(new URL(path, "http://localhost").searchParams.get("after"));
    this.asked.push(after);
    const bytes = this.bytes(after);
    const cut = this.cuts.length > 1 ? this.cuts.shift() : this.cuts[0];
    return Promise.resolve(new Response(sent(bytes.slice(0, cut), cut !== undefined && cut < bytes.length)));
  }) as typeof fetch;
}

/** What came before an error is only read if the error comes after it was taken. */
function sent(bytes: Uint8Array, isCut: boolean): ReadableStream<Uint8Array> {
  let isTaken = bytes.length === 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (!isTaken) controller.enqueue(bytes);
    else if (isCut) controller.error(new Error("cut off"));
    else controller.close();
    isTaken = true;
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

export const noWait = (): Promise<void> => Promise.resolve();
