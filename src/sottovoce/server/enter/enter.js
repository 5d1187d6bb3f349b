// Signs this browser in with the code behind the # of its address, which no browser sends by itself.
"use strict";

const LINK = "Open the link that sotto serve or sotto share printed. It works once, for ten minutes.";

/** Where the page says that this browser was going; see web/shared/wanted.ts. Nothing else leads anywhere. */
const WANTED = "sotto.wanted";
const PLACES = /^\/(?:c\/[a-z2-7]{16}|models|settings|ledger)$/;

function wanted() {
  try {
    const path = localStorage.getItem(WANTED) ?? "";
    return PLACES.test(path) ? path : "/";
  } catch {
    return "/"; // a browser that keeps nothing
  }
}

function tell(sentence, next) {
  document.getElementById("said").textContent = sentence;
  document.getElementById("next").textContent = next;
}

async function isSignedIn() {
  const answer = await fetch("/app/api/session");
  return answer.ok && (await answer.json()).signed_in;
}

/** Returns what went wrong, or nothing. */
async function signIn(code) {
  const answer = await fetch("/app/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  return answer.ok ? "" : (await answer.json()).error.sentence;
}

async function enter() {
  const code = location.hash.slice(1);
  const place = wanted(); // before another window of the page sees that it is signed in, and forgets it
  // Out of the address bar and the history before anything else.
  history.replaceState(null, "", location.pathname);
  try {
    const problem = code ? await signIn(code) : "This browser is not signed in.";
    if (problem && !(await isSignedIn())) {
      tell(problem, LINK);
    } else {
      location.replace(place);
    }
  } catch {
    tell("Sottovoce does not answer.", "Is sotto serve still running?");
  }
}

enter();
