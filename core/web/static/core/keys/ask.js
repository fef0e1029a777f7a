// What the pages with keys ask the server, and hear.

/** Something was not done; the message is the server's sentence for it. */
export class NotDone extends Error {
  /**
   * @param {string} code
   * @param {string} sentence
   */
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(path) {
  return answered(fetch(path, { redirect: "manual", cache: "no-store" }));
}

/**
 * @param {string} path
 * @param {string} csrf
 * @param {Record<string, string>} fields
 * @returns {Promise<any>}
 */
export function post(path, csrf, fields) {
  const body = new URLSearchParams(fields);
  return answered(fetch(path, { method: "POST", headers: { "X-CSRF-Token": csrf }, body, redirect: "manual" }));
}

/** @param {Promise<Response>} asked */
async function answered(asked) {
  const answer = await asked;
  // Signed out or locked meanwhile: the page itself knows what to show then.
  if (answer.type === "opaqueredirect" || answer.status === 403) location.reload();
  const content = await answer.json();
  if (!answer.ok) throw new NotDone(content.error, content.sentence);
  return content;
}
