// Argon2id, in a worker of its own: it takes a second and 64 MiB, which go with the worker. Only the worker's own answer
// may run WebAssembly; the page may not.

import { SealingRefused } from "../sealing/bytes.js";

const WORKER = /^\/static\/[^/]+\/vendor\/hash-wasm\/argon2id\.worker\.js$/;
/** @type {{ createScriptURL: (address: string) => string } | null} */
let policy = null;

/**
 * @param {string} worker the address of its script
 * @returns {import("../sealing/wrapping.js").Argon2id}
 */
export function argon2idIn(worker) {
  return (phrase, salt, { memory, passes, lanes }) => ask(worker, { phrase, salt, memory, passes, lanes });
}

/**
 * @param {string} address
 * @param {object} question
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
function ask(address, question) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(believed(address));
    const failed = () => reject(new SealingRefused("not_possible"));
    worker.onerror = failed;
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data.bytes) resolve(data.bytes);
      else failed();
    };
    worker.postMessage(question);
  });
}

/**
 * Browsers with trusted types want to know who vouches for a worker's address: this, for that one file.
 * @param {string} address
 * @returns {string}
 */
function believed(address) {
  const { trustedTypes } = /** @type {any} */ (window);
  if (!trustedTypes) return address;
  policy = policy || trustedTypes.createPolicy("luwte-worker", { createScriptURL: onlyWorker });
  return /** @type {NonNullable<typeof policy>} */ (policy).createScriptURL(address);
}

/** @param {string} address */
function onlyWorker(address) {
  if (!WORKER.test(address)) throw new TypeError("only the one worker is started here");
  return address;
}
