// A signing key under a pass phrase: for the organisation's key and for helpers' own, so that any computer will do.
//
//   0x01 + 0x01 (Argon2id) + memory in KiB (4) + passes (4) + lanes (1) + salt (16) + nonce (12) + PKCS #8 and tag
//
// Argon2id itself is handed in: Web Crypto does not have it.

import { check, encode, fourBytes, idBytes, join, readFour, SealingRefused, text } from "./bytes.js";
import { ECDSA, NONCE, random, SigningKey, subtle, TAG } from "./keys.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {{ memory: number, passes: number, lanes: number }} Cost memory in KiB
 * @typedef {(phrase: Bytes, salt: Bytes, cost: Cost) => Promise<Bytes>} Argon2id gives 32 bytes
 */

const KIND = Uint8Array.of(1, 1);
const HEAD = 2 + 4 + 4 + 1 + 16;
/** What it costs whoever guesses. */
const COST = { memory: 64 * 1024, passes: 3, lanes: 1 };

/**
 * Makes a key pair for one owner in one organisation: ready to sign, and wrapped under a pass phrase. The secret is never
 * in a script's hands.
 * @param {Argon2id} argon2id
 * @param {string} phrase
 * @param {string} tenant
 * @param {string} owner
 */
export async function newWrappedSigningKey(argon2id, phrase, tenant, owner) {
  // Drawn before the pair, so that frozen draws come in their order.
  const head = newHead();
  const pair = /** @type {CryptoKeyPair} */ (await subtle().generateKey(ECDSA, true, ["sign", "verify"]));
  const blob = await wrap(argon2id, pair.privateKey, { phrase, tenant, owner, head });
  const { public: publicBytes } = await SigningKey.from(pair);
  return { blob, key: await unwrapSigningKey(argon2id, blob, phrase, { tenant, owner, publicBytes }) };
}

/**
 * The key, ready to sign. Refuses ("unknown_version", "cut_off", "malformed", "wrong_phrase").
 * @param {Argon2id} argon2id
 * @param {Bytes} blob
 * @param {string} phrase
 * @param {{ tenant: string, owner: string, publicBytes: Bytes }} whose
 */
export async function unwrapSigningKey(argon2id, blob, phrase, { tenant, owner, publicBytes }) {
  const privateKey = await unwrap(argon2id, blob, { phrase, tenant, owner, extractable: false });
  try {
    const publicKey = await subtle().importKey("raw", publicBytes, ECDSA, true, ["verify"]);
    return await SigningKey.from({ privateKey, publicKey });
  } catch {
    throw new SealingRefused("wrong_phrase");
  }
}

/**
 * The same key under another pass phrase, for another owner: a second coordinator, or paper. Refuses as
 * `unwrapSigningKey` does.
 * @param {Argon2id} argon2id
 * @param {Bytes} blob
 * @param {{ tenant: string, owner: string, phrase: string }} from
 * @param {{ owner: string, phrase: string }} to
 */
export async function rewrapSigningKey(argon2id, blob, { tenant, owner, phrase }, to) {
  const privateKey = await unwrap(argon2id, blob, { phrase, tenant, owner, extractable: true });
  return wrap(argon2id, privateKey, { phrase: to.phrase, tenant, owner: to.owner, head: newHead() });
}

function newHead() {
  return join(KIND, fourBytes(COST.memory), fourBytes(COST.passes), Uint8Array.of(COST.lanes), random(16));
}

/**
 * @param {Argon2id} argon2id
 * @param {CryptoKey} privateKey
 * @param {{ phrase: string, tenant: string, owner: string, head: Bytes }} how
 */
async function wrap(argon2id, privateKey, { phrase, tenant, owner, head }) {
  const iv = random(NONCE);
  const cipher = { name: "AES-GCM", iv, additionalData: boundTo(tenant, owner, head) };
  const key = await stretch(argon2id, phrase, head, "wrapKey");
  return join(head, iv, new Uint8Array(await subtle().wrapKey("pkcs8", privateKey, key, cipher)));
}

/**
 * @param {Argon2id} argon2id
 * @param {Bytes} blob
 * @param {{ phrase: string, tenant: string, owner: string, extractable: boolean }} how
 */
async function unwrap(argon2id, blob, { phrase, tenant, owner, extractable }) {
  check(blob[0] === KIND[0] && blob[1] === KIND[1], "unknown_version");
  check(blob.length > HEAD + NONCE + TAG, "cut_off");
  const head = blob.slice(0, HEAD);
  const key = await stretch(argon2id, phrase, head, "unwrapKey");
  const cipher = { name: "AES-GCM", iv: blob.slice(HEAD, HEAD + NONCE), additionalData: boundTo(tenant, owner, head) };
  try {
    return await subtle().unwrapKey("pkcs8", blob.slice(HEAD + NONCE), key, cipher, ECDSA, extractable, ["sign"]);
  } catch {
    throw new SealingRefused("wrong_phrase");
  }
}

/**
 * One spelling: accents in one form, small letters, one space between words.
 * @param {string} phrase
 */
export function canonicalPhrase(phrase) {
  const words = phrase.normalize("NFKC").toLowerCase().split(/[ \t\r\n]+/);
  return text(words.filter((word) => word !== "").join(" "));
}

/**
 * @param {Argon2id} argon2id
 * @param {string} phrase
 * @param {Bytes} head
 * @param {KeyUsage} usage
 */
async function stretch(argon2id, phrase, head, usage) {
  const cost = { memory: readFour(head, 2), passes: readFour(head, 6), lanes: head[10] };
  check(isSane(cost), "malformed");
  const raw = await argon2id(canonicalPhrase(phrase), head.slice(11), cost);
  return subtle().importKey("raw", raw, "AES-GCM", false, [usage]);
}

/**
 * Whether a browser can pay it; what a stranger wrote into a blob must not stop the machine.
 * @param {Cost} cost
 */
function isSane({ memory, passes, lanes }) {
  return memory >= 8 * 1024 && memory <= 256 * 1024 && passes >= 1 && passes <= 10 && lanes >= 1 && lanes <= 4;
}

/**
 * @param {string} tenant
 * @param {string} owner
 * @param {Bytes} head
 */
function boundTo(tenant, owner, head) {
  return encode("luwte/1 wrapped key", idBytes(tenant), idBytes(owner), head);
}
