/** What can go wrong between the page and its server. */

const UNREACHABLE = "unreachable";

/** What the server says went wrong: a sentence, the next step, and a stable code. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly sentence: string,
    readonly hint: string | null,
    readonly status = 0,
    /** The part of what was given that is meant. */
    readonly field: string | null = null,
    /** What is more urgent, and told before it as it is: a crisis card. */
    readonly first: string | null = null,
  ) {
    super(sentence);
    this.name = "Problem";
  }

  /** Whether the same may go well in a moment. */
  get isPassing(): boolean {
    return this.status === 429 || this.status >= 500;
  }

  get isUnreachable(): boolean {
    return this.code === UNREACHABLE;
  }

  get isSignedOut(): boolean {
    return this.status === 401 || this.code === "not_allowed";
  }
}

/** Nobody answers at the server's address. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
    this.name = "Unreachable";
  }
}

/** Return what a person is told of. What comes neither of the server nor of the way to it is a mistake of ours. */
export function told(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  // The page has its own words for this.
  if (cause instanceof Unreachable) return new Problem(UNREACHABLE, "", null);
  throw cause;
}

/** Read the problem that an answer tells of. One that is not ours is told by its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  try {
    const { error, first } = (await answer.json()) as {
      error: { code: string; sentence: string; hint: string | null; field?: string | null };
      first?: string | null;
    };
    return new Problem(error.code, error.sentence, error.hint, answer.status, error.field, first);
  } catch {
    return new Problem("error", `The server answered with status ${answer.status}.`, null, answer.status);
  }
}
