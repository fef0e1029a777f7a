// What a service asks first when very many come at once: a sum, or a short wait. Loaded only when it is asked.
//
// The sum is ALTCHA's, version 2: find the counter whose PBKDF2 key begins as the challenge says. The browser works it out
// beside the page (Web Crypto is asynchronous), so no worker is needed, and the page goes on answering.

/**
 * @typedef {{ parameters: { cost: number, keyLength: number, keyPrefix: string, nonce: string, salt: string }, signature: string }} Challenge
 * @typedef {{ work: Challenge, ticket: string, wait: number }} First `wait` in seconds
 */

const AT_ONCE = 8;
const MOST_TRIES = 100000;

/**
 * Does what is asked: the sum, or the wait where that is over sooner or the browser cannot do sums.
 * @param {First} first
 * @returns {Promise<Record<string, string>>} what the page brings when it asks again
 */
export function doFirst(first) {
  let over = false;
  return new Promise((resolve) => {
    const done = (/** @type {Record<string, string>} */ brought) => {
      over = true;
      resolve(brought);
    };
    // A second more: clocks that are a little apart must not send anybody back.
    window.setTimeout(() => done({ ticket: first.ticket }), (first.wait + 1) * 1000);
    solve(first.work, () => over).then(
      (work) => work && done({ work }),
      () => undefined,
    );
  });
}

/**
 * @param {Challenge} challenge
 * @param {() => boolean} isOver
 * @returns {Promise<string>} empty when it was not found
 */
export async function solve(challenge, isOver) {
  const { cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  const algorithm = { name: "PBKDF2", hash: "SHA-256", iterations: cost, salt: bytesOf(salt) };
  const key = async (/** @type {number} */ counter) => {
    const password = new Uint8Array([...bytesOf(nonce), counter >>> 24, counter >>> 16, counter >>> 8, counter]);
    const material = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    return hexOf(await crypto.subtle.deriveBits(algorithm, material, keyLength * 8));
  };
  for (let start = 0; start < MOST_TRIES && !isOver(); start += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, index) => start + index);
    const keys = await Promise.all(counters.map(key));
    const found = keys.findIndex((one) => one.startsWith(keyPrefix));
    if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: start + found, derivedKey: keys[found] } }));
  }
  return "";
}

/**
 * @param {string} hex
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(hex) {
  return new Uint8Array((hex.match(/../g) || []).map((pair) => parseInt(pair, 16)));
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {string}
 */
function hexOf(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
