/** Calls of the server's API about what is remembered in all chats. */

import type { Api, Memory, Remembered } from "./api";

export const readMemory = (api: Api): Promise<Memory> => api.call("GET", "/memory");
export const switchMemory = (api: Api, on: boolean): Promise<Memory> => api.call("PUT", "/memory", { on });
export const remember = (api: Api, text: string): Promise<Remembered> => api.call("POST", "/memory", { text });
export const putRemembered = (api: Api, id: string, text: string): Promise<Remembered> => api.call("PUT", `/memory/${id}`, { text });
export const eraseRemembered = (api: Api, id: string): Promise<void> => api.call("DELETE", `/memory/${id}`);
export const eraseMemory = (api: Api): Promise<void> => api.call("DELETE", "/memory");
