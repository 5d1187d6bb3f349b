/** Calls of the server's API about models elsewhere. */

import type { Api, NewPreview, Preview, Run } from "./api";
import type { components } from "./api.gen";

type Nouns = components["schemas"];

const about = (chat: string, message: string): string => `/chats/${chat}/messages/${message}`;

export const upstreams = (api: Api): Promise<Nouns["UpstreamList"]> => api.call("GET", "/upstreams");

/** Return what would leave for an answer to a question; sends nothing. */
export const preview = (api: Api, chat: string, question: string, asked: NewPreview, signal: AbortSignal): Promise<Preview> =>
  api.call("POST", `${about(chat, question)}/preview`, asked, { signal });

/** Send what was seen, as its seal tells. */
export const depart = (api: Api, chat: string, question: string, agreed: Nouns["Departing"]): Promise<Run> =>
  api.call("POST", `${about(chat, question)}/send`, agreed);

/** Keep here what was offered to be sent, by the message that has the offer. */
export const keepHere = (api: Api, chat: string, message: string): Promise<void> =>
  api.call("DELETE", `${about(chat, message)}/offer`);

export const endConsent = (api: Api, chat: string): Promise<void> => api.call("DELETE", `/chats/${chat}/consent`);
