// Small helpers for pages whose parts are named by data-… attributes and whose sentences come with the page.

/**
 * The one part with this name. A missing part is a mistake in the template, and said at once.
 * @param {ParentNode} root
 * @param {string} name without "data-"; may hold a value: `step="name"`
 * @returns {HTMLElement}
 */
export function part(root, name) {
  const found = optional(root, name);
  if (!found) throw new Error(`the page has no [data-${name}]`);
  return found;
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement | null}
 */
export function optional(root, name) {
  return root.querySelector(`[data-${name}]`);
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement[]}
 */
export function parts(root, name) {
  return Array.from(root.querySelectorAll(`[data-${name}]`));
}

/**
 * The values that came with the page in a JSON block.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {any}
 */
export function values(root, name) {
  return JSON.parse(part(root, name).textContent || "{}");
}

/**
 * A fresh copy of a template's first element.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 */
export function copyOf(root, name) {
  const template = /** @type {HTMLTemplateElement} */ (part(root, `template="${name}"`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * Puts values into a sentence: "{name} is writing" with { name: "Noor" }.
 * @param {string} sentence
 * @param {Record<string, string | number>} [given]
 * @returns {string}
 */
export function fill(sentence, given = {}) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? String(given[name]) : whole));
}

/**
 * Shows a sentence in a line that is hidden while it is empty.
 * @param {HTMLElement} line
 * @param {string} sentence
 */
export function say(line, sentence) {
  if (line.textContent !== sentence) line.textContent = sentence;
  line.hidden = sentence === "";
}

/**
 * Asks once by a dialog. iOS 14 has no modal dialogs: there it is opened as a plain one.
 * @param {HTMLElement} element a <dialog> with [data-confirm] and [data-cancel]
 * @param {() => void} confirmed
 */
export function askOnce(element, confirmed) {
  const dialog = /** @type {HTMLDialogElement} */ (element);
  const close = () => {
    if (typeof dialog.close === "function") dialog.close();
    else dialog.removeAttribute("open");
  };
  const confirm = optional(dialog, "confirm");
  if (confirm) {
    confirm.onclick = () => {
      close();
      confirmed();
    };
  }
  part(dialog, "cancel").onclick = close;
  if (typeof dialog.showModal === "function") dialog.showModal();
  else dialog.setAttribute("open", "");
}
