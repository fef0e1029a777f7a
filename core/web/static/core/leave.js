// @ts-check
/**
 * Leaving at once: by the button, or by Esc twice. The page is emptied first, in the same moment, and only then left: a
 * slow line must not keep it on the screen. The server ends the session and shows the neutral page.
 *
 * Other modules hear `luwte:leave` on the document before that, to drop what they hold.
 */
import { coverWhenHidden } from "./page.js";

const LEAVE_ADDRESS = "/weg";
const TWICE_WITHIN_MS = 500;

let lastEscape = -Infinity;

/** Empties the page and leaves it; the tab's one entry becomes the neutral page. */
export function leave() {
  document.documentElement.classList.add("is-left");
  document.dispatchEvent(new Event("luwte:leave"));
  document.title = " ";
  document.body.replaceChildren();
  location.replace(LEAVE_ADDRESS);
}

/**
 * Leaves at a click on any link or button marked with `data-leave`, however it was clicked: with the middle button or a
 * key held down, a new tab would open and this one would stay.
 * @param {MouseEvent} event
 */
function leaveOnClick(event) {
  if (event.target instanceof Element && event.target.closest("[data-leave]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  }
}

/**
 * Leaves at the second Esc within half a second. In a dialog Esc closes the dialog, and does not count.
 * @param {KeyboardEvent} event
 */
function leaveOnEscape(event) {
  if (event.key !== "Escape" || event.repeat || event.isComposing) {
    return;
  }
  if (document.querySelector("dialog[open], [role=dialog]:not([hidden]), [role=alertdialog]:not([hidden])")) {
    lastEscape = -Infinity;
    return;
  }
  if (event.timeStamp - lastEscape <= TWICE_WITHIN_MS) {
    event.preventDefault();
    leave();
  }
  lastEscape = event.timeStamp;
}

// Capturing and first: nothing that another script does may hold it up.
addEventListener("click", leaveOnClick, true);
addEventListener("auxclick", leaveOnClick, true);
addEventListener("keydown", leaveOnEscape, true);
coverWhenHidden();
