// @ts-check
/**
 * The workplace locks: by its button, by Alt+L, and by itself after half an hour without activity; in all its windows at
 * once. While somebody works, the server is told, once a minute at most, so that the session stays awake.
 */

const IDLE_MS = 30 * 60 * 1000;
const TELL_EVERY_MS = 60 * 1000;
const LOOK_EVERY_MS = 5 * 1000;
const FORGET_WITHIN_MS = 2 * 1000;

const lockForm = /** @type {HTMLFormElement | null} */ (findForm("/vergrendel"));
const signOutForm = /** @type {HTMLFormElement | null} */ (findForm("/afmelden"));
// Safari 14 has none: there, other windows lock at their next step.
// eslint-disable-next-line compat/compat
const channel = "BroadcastChannel" in window ? new BroadcastChannel("luwte-work") : null;

let lastActivity = Date.now();
let lastTold = Date.now();
let leaving = false;

/**
 * @param {string} path
 * @returns {HTMLFormElement | null}
 */
function findForm(path) {
  return document.querySelector(`form[action="${path}"]`);
}

/** Nothing of the page is to be seen any more, whatever comes next. */
function cover() {
  leaving = true;
  document.body.hidden = true;
}

/** Remember where we are, so that unlocking leads back here. */
function addWayBack() {
  if (!lockForm) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "verder";
  field.value = location.pathname;
  lockForm.append(field);
}

function lock() {
  if (!lockForm || leaving) return;
  addWayBack();
  cover();
  lockForm.submit();
}

/**
 * The keys of a shift go before their owner does. However that goes, they sign out.
 * @param {Event} event
 */
async function signOut(event) {
  event.preventDefault();
  cover();
  const gone = import("./keys/shift.js").then(({ forgetShifts }) => forgetShifts());
  const enough = new Promise((resolve) => setTimeout(resolve, FORGET_WITHIN_MS));
  try {
    await Promise.race([gone, enough]);
  } finally {
    if (signOutForm) signOutForm.submit();
  }
}

/** Another window locked, unlocked or signed out: the server knows what to show here now. */
function follow() {
  cover();
  location.reload();
}

/** @param {number} now */
async function tell(now) {
  lastTold = now;
  const field = lockForm && /** @type {HTMLInputElement | null} */ (lockForm.querySelector("[name=csrf_token]"));
  if (!field) return;
  try {
    const answer = await fetch("/actief", { method: "POST", headers: { "X-CSRF-Token": field.value }, redirect: "manual" });
    // Locked or signed out elsewhere: the answer leads to another page. A server that is away for a moment is no reason.
    if (answer.type === "opaqueredirect" || answer.status === 403) follow();
  } catch {
    lastTold = now - TELL_EVERY_MS / 2;
  }
}

function onActivity() {
  const now = Date.now();
  if (leaving || isIdle(now)) return;
  lastActivity = now;
  if (now - lastTold >= TELL_EVERY_MS) void tell(now);
}

/** @param {number} now */
function isIdle(now) {
  return now - lastActivity >= IDLE_MS;
}

/** Timers sleep with the computer: the moment it wakes, this looks at the clock before anybody can read. */
function look() {
  if (isIdle(Date.now())) lock();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyL") {
    event.preventDefault();
    lock();
  }
}

if (lockForm) {
  lockForm.addEventListener("submit", () => {
    addWayBack();
    cover();
  });
  document.addEventListener("keydown", onKey);
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, onActivity, { passive: true });
  }
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_EVERY_MS);
}

if (signOutForm) signOutForm.addEventListener("submit", (event) => void signOut(event));

if (channel) {
  // A page says what it is as it opens: the lock screen, the sign-in form, or work (which follows an unlocked window).
  const state = lockForm ? "open" : "closed";
  channel.addEventListener("message", (event) => {
    if (event.data !== state && !leaving) follow();
  });
  channel.postMessage(state);
}

// A page that comes back out of the browser's memory may show what has been locked since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) follow();
});
