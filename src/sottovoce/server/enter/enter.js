// Signs this browser in with the code behind the # of its address, which no browser sends by itself.
"use strict";

const LINK = "Open the link that sotto serve or sotto share printed. It works once, for ten minutes.";

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
  // Out of the address bar and the history before anything else.
  history.replaceState(null, "", location.pathname);
  try {
    const problem = code ? await signIn(code) : "This browser is not signed in.";
    if (problem && !(await isSignedIn())) {
      tell(problem, LINK);
    } else {
      location.replace("/");
    }
  } catch {
    tell("Sottovoce does not answer.", "Is sotto serve still running?");
  }
}

enter();
