/** Server-sent events as text that comes in pieces, cut anywhere. Knows nothing of what they say. */

interface Frame {
  id: string;
  event: string;
  data: string;
}

/** The server shows that it is there every 15 seconds. */
const SILENCE = 40_000;

const LINE_END = /\r\n|\r(?!$)|\n/;

export class FrameParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  /** Return the events that this piece completes. What is incomplete waits for the next piece. */
  push(piece: string): Frame[] {
    const lines = (this.#rest + piece).split(LINE_END);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line) ?? []);
  }

  #take(line: string): Frame | null {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id") this.#id = value;
    return null;
  }

  #finish(): Frame | null {
    const frame = { id: this.#id, event: this.#event, data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return isEmpty ? null : frame;
  }
}

/** Yield the events of a response's body, until it ends or falls silent. One that is cut short is dropped. */
export async function* framesOf(body: ReadableStream<Uint8Array>, silence = SILENCE): AsyncGenerator<Frame> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new FrameParser();
  try {
    for (;;) {
      const { done, value } = await within(silence, reader.read());
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Whether the connection ends well is of no interest any more.
    reader.cancel().catch(() => undefined);
  }
}

/** Wait for at most so many milliseconds: a connection that a sleeping laptop lost never says so. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The connection is silent.")), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
