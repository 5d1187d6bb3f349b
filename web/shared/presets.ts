/** The person's presets, and what holds where a chat sets nothing. */

import type { Preset } from "./api";
import type { ChatSettings } from "./chat-settings";
import type { Setup } from "./setup";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

export class Presets {
  readonly #store: Store<State>;
  readonly #server: Server;

  constructor(store: Store<State>, server: Server) {
    this.#store = store;
    this.#server = server;
    server.onBack(() => void this.list());
  }

  async list(): Promise<void> {
    const found = await this.#server.attempt((api) => api.presets());
    if (found !== null) this.#store.set({ presets: found.presets });
  }

  /** Learn what holds where nothing is set, with the model that is to answer. */
  async learn(): Promise<void> {
    const { model } = this.#store.get();
    const found = await this.#server.attempt((api) => api.defaults(model));
    if (found !== null) this.#store.set({ defaults: found });
  }

  /** Return the preset of this name, as the server tells names apart. */
  named(name: string): Preset | undefined {
    const wanted = lined(name);
    return this.#store.get().presets.find((preset) => lined(preset.name) === wanted);
  }

  /** Keep what is set under a name, in place of what stood there before. Throws what went wrong. */
  async save(name: string, { system, settings }: Setup): Promise<void> {
    const there = this.named(name);
    const body = { name, system, settings: settings satisfies ChatSettings };
    await this.#server.do((api) => (there ? api.putPreset(there.id, body) : api.addPreset(body)));
    await this.list();
  }

  /** Delete a preset. Throws what went wrong. */
  async remove(id: string): Promise<void> {
    await this.#server.do((api) => api.removePreset(id));
    this.#store.set({ presets: this.#store.get().presets.filter((preset) => preset.id !== id) });
  }
}

const lined = (name: string): string => name.trim().replace(/\s+/g, " ").toLowerCase();
