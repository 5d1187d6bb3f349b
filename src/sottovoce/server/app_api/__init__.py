"""The page's own API: chats, runs, the line, and, for the home's other programs, the engine.

chats   the person's chats: list, open, change, search, export, delete
messages one message: rate it, delete it, begin another chat from it
attachments  the texts given along with a question, each by itself
files   chats as files: one or all out, and in
elsewhere  models elsewhere: what would leave, the yes to it, consent for a chat;  departing  their runs
runs    answers being written: start, go on, follow from any event, stop
presets instructions and settings under a name; what holds where a chat sets nothing
memory  what is remembered in all chats
settings what the owner can set in the page, of all chats
models  the models here and to choose from, how each does here, licences accepted
loading which of them are loaded: have one loaded, or unloaded
pulls   models being got: told beforehand, begun, followed from any event, stopped
shelves shelves of documents: made, brought in step, searched, removed
documents  what stands on one, shown where it is cited; files read for a chat
ledger  what left this machine
later   questions that wait for a model elsewhere
safeguards  what safeguards did lately
about   questions about the assistant, answered word for word
changes what changed, for every window that is open
sessions the browsers that are signed in
share   letting in a phone of the same network
state   what runs here and how long the line is
storage what this home takes of the disk
engine  the engine itself, for this home's terminal and scripts, through the unix socket only
nouns, nouns_*  what is taken and given;  telling  a run's events, in words for a page
"""

from __future__ import annotations

from sottovoce.server.app_api import (
    about,
    attachments,
    changes,
    chats,
    documents,
    elsewhere,
    engine,
    files,
    later,
    ledger,
    loading,
    memory,
    messages,
    models,
    presets,
    pulls,
    runs,
    safeguards,
    sessions,
    settings,
    share,
    shelves,
    state,
    storage,
)
from sottovoce.server.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *chats.ENDPOINTS,
    *attachments.ENDPOINTS,
    *messages.ENDPOINTS,
    *files.ENDPOINTS,
    *elsewhere.ENDPOINTS,
    *runs.ENDPOINTS,
    *presets.ENDPOINTS,
    *memory.ENDPOINTS,
    *settings.ENDPOINTS,
    *pulls.ENDPOINTS,  # before models, or pulls would be taken for the name of one
    *loading.ENDPOINTS,
    *models.ENDPOINTS,
    *shelves.ENDPOINTS,
    *documents.ENDPOINTS,
    *ledger.ENDPOINTS,
    *later.ENDPOINTS,
    *safeguards.ENDPOINTS,
    *about.ENDPOINTS,
    *changes.ENDPOINTS,
    *sessions.ENDPOINTS,
    *share.ENDPOINTS,
    *state.ENDPOINTS,
    *storage.ENDPOINTS,
    *engine.ENDPOINTS,
)
