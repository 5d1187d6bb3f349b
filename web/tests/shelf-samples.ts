/** What the server may say of shelves, for tests. */

import type { Shelf } from "../shared/api";

export function shelfOf(name: string, more: Partial<Shelf> = {}): Shelf {
  return {
    id: `id-${name}`, name, created: 0, documents: 1, unread: 0, passages: 2, text: 10, bytes: 100, oldest: 1, newest: 2,
    synced: 3, vectors: 0, vectors_of: null, sources: 1, given: 0, watched: false, work: null, encyclopaedias: 0,
    mounting: [], problem: null, ...more,
  };
}

export function workOf(more: Partial<NonNullable<Shelf["work"]>> = {}): NonNullable<Shelf["work"]> {
  return {
    state: "running", total: 4, done: 1, name: "a.md", added: 0, changed: 0, moved: 0, removed: 0, kept: 0, passages: 0,
    unread: 0, missing: [], passed: {}, vectors: null, vectors_total: null, problem: null, ...more,
  };
}
