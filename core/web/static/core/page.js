// @ts-check
/**
 * A seeker's page is silent and leaves one entry in the tab's history: links and forms inside the site replace it, so
 * that Back leaves the site instead of walking through what was read. Without this script they work as always.
 *
 * `data-plain` on a link or form keeps the browser's own behaviour. A form's answer that is no redirect takes the place
 * of `<main>`; other modules hear `luwte:main` on the document then.
 */

/** @typedef {HTMLButtonElement | HTMLInputElement} Submitter */

/** @type {Element | null} The last thing clicked: Safari before 15.4 does not say which button sent a form. */
let lastClicked = null;

/** Covers the page as long as its tab is hidden, and asks the server anew for a page that Back brought from memory. */
export function coverWhenHidden() {
  const root = document.documentElement;
  const follow = () => root.classList.toggle("is-covered", document.visibilityState === "hidden");
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => root.classList.add("is-covered"));
  addEventListener("pageshow", (event) => {
    if (event.persisted || root.classList.contains("is-left")) {
      root.classList.add("is-covered");
      location.reload();
    } else {
      follow();
    }
  });
  follow();
}

/**
 * The address that a click on this link leads to when it should replace the present page; null for any other click.
 * New tabs, downloads, other sites, telephone numbers and clicks with a key held down stay the browser's.
 * @param {MouseEvent} event
 * @returns {string | null}
 */
function replacement(event) {
  const held = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (event.defaultPrevented || event.button !== 0 || held || !(link instanceof HTMLAnchorElement)) {
    return null;
  }
  const stays = (link.target && link.target !== "_self") || link.hasAttribute("download") || "plain" in link.dataset;
  return !stays && link.origin === location.origin ? link.href : null;
}

/** @param {MouseEvent} event */
function followLink(event) {
  lastClicked = event.target instanceof Element ? event.target.closest("button, input") : null;
  const address = replacement(event);
  if (address !== null) {
    event.preventDefault();
    location.replace(address);
  }
}

/**
 * The button that sent the form, if a button did.
 * @param {SubmitEvent} event
 * @param {HTMLFormElement} form
 * @returns {Submitter | null}
 */
function submitterOf(event, form) {
  const button = event.submitter === undefined ? lastClicked : event.submitter;
  const isButton = button instanceof HTMLButtonElement || button instanceof HTMLInputElement;
  return isButton && button.form === form ? button : null;
}

/** @param {SubmitEvent} event */
function sendForm(event) {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || "plain" in form.dataset) {
    return;
  }
  const button = submitterOf(event, form);
  const target = new URL((button && button.getAttribute("formaction")) || form.getAttribute("action") || "", location.href);
  const method = ((button && button.getAttribute("formmethod")) || form.getAttribute("method") || "get").toLowerCase();
  if (target.origin !== location.origin || method === "dialog" || (form.target && form.target !== "_self")) {
    return;
  }
  const fields = new FormData(form);
  if (button && button.name) {
    fields.append(button.name, button.value);
  }
  event.preventDefault();
  if (method === "get") {
    location.replace(withQuery(target, fields));
  } else {
    post(form, target.href, fields);
  }
}

/**
 * @param {FormData} fields
 * @returns {URLSearchParams}
 */
function encoded(fields) {
  const pairs = new URLSearchParams();
  fields.forEach((value, name) => pairs.append(name, typeof value === "string" ? value : value.name));
  return pairs;
}

/**
 * @param {URL} target
 * @param {FormData} fields
 * @returns {string}
 */
function withQuery(target, fields) {
  target.search = encoded(fields).toString();
  return target.href;
}

/**
 * Sends a form without making a history entry. XMLHttpRequest, because it alone reads an answer as a document without
 * a string that would have to be trusted.
 * @param {HTMLFormElement} form
 * @param {string} address
 * @param {FormData} fields
 */
function post(form, address, fields) {
  if (form.getAttribute("aria-busy") === "true") {
    return;
  }
  form.setAttribute("aria-busy", "true");
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.responseType = "document";
  request.onload = () => {
    form.removeAttribute("aria-busy");
    showAnswer(request.responseURL, address, request.responseXML);
  };
  // No line: the browser's own way says so best, and keeps what was filled in.
  request.onerror = () => HTMLFormElement.prototype.submit.call(form);
  request.send(form.enctype === "multipart/form-data" ? fields : encoded(fields));
}

/**
 * Goes where the server leads to; an answer that is the page itself (a fault beside a field) is shown in place.
 * @param {string} answered
 * @param {string} asked
 * @param {Document | null} page
 */
function showAnswer(answered, asked, page) {
  const fresh = page && page.querySelector("main");
  const present = document.querySelector("main");
  if (answered !== asked || !fresh || !present || !page) {
    location.replace(answered);
    return;
  }
  document.title = page.title;
  present.replaceWith(document.adoptNode(fresh));
  scrollTo(0, 0);
  fresh.focus();
  document.dispatchEvent(new Event("luwte:main"));
}

document.addEventListener("click", followLink);
document.addEventListener("submit", sendForm);
