// Primitives, and key pairs on P-256: one kind signs, the other opens what was sealed to it. Public keys travel as 65 bytes.
// The private halves never leave the browser's own store; a pair itself may be kept in IndexedDB (`pair`).
// The twin of symmetric.py, hpke.py and keys.py in core/crypto/sealing/.

import { check, encode, join, readFour, SealingRefused, text } from "./bytes.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {import("./bytes.js").Part} Part
 */


export const NONCE = 12;
export const TAG = 16;
const NOTHING = new Uint8Array(0);
const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 };

/** The browser's own cryptography; refuses ("not_possible") where there is none, as on a page without HTTPS. */
export function subtle() {
  if (!globalThis.crypto || !crypto.subtle) throw new SealingRefused("not_possible");
  return crypto.subtle;
}

/**
 * @param {number} length
 * @returns {Bytes}
 */
export function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

/**
 * @param {Bytes} raw
 * @param {...KeyUsage} usages
 */
export function aesKey(raw, ...usages) {
  return subtle().importKey("raw", raw, "AES-GCM", false, usages);
}

/**
 * A random nonce, then ciphertext and tag; `bound` must be the same when it is opened.
 * @param {CryptoKey} key
 * @param {Bytes} content
 * @param {Bytes} bound
 */
export async function encrypt(key, content, bound) {
  const nonce = random(NONCE);
  const sealed = await subtle().encrypt({ name: "AES-GCM", iv: nonce, additionalData: bound }, key, content);
  return join(nonce, new Uint8Array(sealed));
}

/**
 * What `encrypt` sealed. Refuses ("changed"), for a wrong key too.
 * @param {CryptoKey} key
 * @param {Bytes} sealed
 * @param {Bytes} bound
 */
export async function decrypt(key, sealed, bound) {
  const how = { name: "AES-GCM", iv: sealed.slice(0, NONCE), additionalData: bound };
  try {
    return new Uint8Array(await subtle().decrypt(how, key, sealed.slice(NONCE)));
  } catch {
    throw new SealingRefused("changed");
  }
}

/**
 * What keys are derived from; nobody gets the bytes back out of it.
 * @param {Bytes} raw
 */
export function source(raw) {
  return subtle().importKey("raw", raw, "HKDF", false, ["deriveKey"]);
}

/**
 * A key for one message, for one use of it.
 * @param {CryptoKey} from
 * @param {Bytes} info
 * @param {"encrypt" | "decrypt"} usage
 */
export function deriveCipher(from, info, usage) {
  return subtle().deriveKey(hkdf(info), from, { name: "AES-GCM", length: 256 }, false, [usage]);
}

/**
 * HMAC-SHA-256 under a derived key.
 * @param {CryptoKey} from
 * @param {Bytes} info
 * @param {Bytes} content
 */
export async function deriveMac(from, info, content) {
  const key = await subtle().deriveKey(hkdf(info), from, HMAC, false, ["sign"]);
  return new Uint8Array(await subtle().sign("HMAC", key, content));
}

/**
 * @param {Bytes} key 32 bytes
 * @param {Bytes} content
 */
export async function mac(key, content) {
  const imported = await subtle().importKey("raw", key, HMAC, false, ["sign"]);
  return new Uint8Array(await subtle().sign("HMAC", imported, content));
}

/** @param {Bytes} content */
export async function hash(content) {
  return new Uint8Array(await subtle().digest("SHA-256", content));
}

/** @param {Bytes} info */
function hkdf(info) {
  return { name: "HKDF", hash: "SHA-256", salt: NOTHING, info };
}

// HPKE (RFC 9180), base mode, single-shot, DHKEM(P-256, HKDF-SHA-256), AES-256-GCM, no aad. `info` holds everything that
// the content belongs to: with another one it does not open. Names as in the RFC.


export const ECDH = { name: "ECDH", namedCurve: "P-256" };
export const PUBLIC_LENGTH = 65;
const NO_SALT = new Uint8Array(32); // for HMAC the same as an empty key, which some browsers do not take
const KEM = join(text("KEM"), Uint8Array.of(0, 0x10));
const SUITE = join(text("HPKE"), Uint8Array.of(0, 0x10, 0, 1, 0, 2));

/**
 * The ephemeral public key, then the ciphertext.
 * @param {Bytes} recipient a public key
 * @param {Bytes} info
 * @param {Bytes} content
 */
export async function seal(recipient, info, content) {
  const ephemeral = /** @type {CryptoKeyPair} */ (await subtle().generateKey(ECDH, false, ["deriveBits"]));
  const enc = new Uint8Array(await subtle().exportKey("raw", ephemeral.publicKey));
  const secret = await sharedSecret(ephemeral.privateKey, recipient, join(enc, recipient));
  const { key, iv } = await schedule(secret, info, "encrypt");
  return join(enc, new Uint8Array(await subtle().encrypt({ name: "AES-GCM", iv }, key, content)));
}

/**
 * What was sealed under the same `info`. Refuses ("changed").
 * @param {CryptoKey} privateKey
 * @param {Bytes} ownPublic
 * @param {Bytes} info
 * @param {Bytes} sealed
 */
export async function unseal(privateKey, ownPublic, info, sealed) {
  check(sealed.length >= PUBLIC_LENGTH + TAG, "changed");
  const enc = sealed.slice(0, PUBLIC_LENGTH);
  try {
    const { key, iv } = await schedule(await sharedSecret(privateKey, enc, join(enc, ownPublic)), info, "decrypt");
    return new Uint8Array(await subtle().decrypt({ name: "AES-GCM", iv }, key, sealed.slice(PUBLIC_LENGTH)));
  } catch {
    throw new SealingRefused("changed");
  }
}

/**
 * DH, then ExtractAndExpand.
 * @param {CryptoKey} own
 * @param {Bytes} other
 * @param {Bytes} kemContext
 */
async function sharedSecret(own, other, kemContext) {
  const theirs = await subtle().importKey("raw", other, ECDH, false, []);
  const dh = new Uint8Array(await subtle().deriveBits({ name: "ECDH", public: theirs }, own, 256));
  const prk = await labeledExtract(KEM, NO_SALT, "eae_prk", dh);
  return labeledExpand(KEM, prk, "shared_secret", kemContext, 32);
}

/**
 * KeySchedule of the base mode, for the first and only message.
 * @param {Bytes} secret
 * @param {Bytes} info
 * @param {"encrypt" | "decrypt"} usage
 */
async function schedule(secret, info, usage) {
  const pskIdHash = await labeledExtract(SUITE, NO_SALT, "psk_id_hash", NOTHING);
  const infoHash = await labeledExtract(SUITE, NO_SALT, "info_hash", info);
  const context = join(Uint8Array.of(0), pskIdHash, infoHash);
  const prk = await labeledExtract(SUITE, secret, "secret", NOTHING);
  const key = await aesKey(await labeledExpand(SUITE, prk, "key", context, 32), usage);
  return { key, iv: await labeledExpand(SUITE, prk, "base_nonce", context, NONCE) };
}

/**
 * @param {Bytes} suite
 * @param {Bytes} salt
 * @param {string} label
 * @param {Bytes} ikm
 */
function labeledExtract(suite, salt, label, ikm) {
  return mac(salt, join(text("HPKE-v1"), suite, text(label), ikm));
}

/**
 * HKDF-Expand for at most 32 bytes, which is one round.
 * @param {Bytes} suite
 * @param {Bytes} prk
 * @param {string} label
 * @param {Bytes} info
 * @param {number} length
 */
async function labeledExpand(suite, prk, label, info, length) {
  const labeled = join(Uint8Array.of(0, length), text("HPKE-v1"), suite, text(label), info, Uint8Array.of(1));
  return (await mac(prk, labeled)).slice(0, length);
}


export const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const SIGNED = "luwte/1 signed";

/** A pair that signs: an organisation's, a helper's, a shift's. Make one with `create` or `from`. */
export class SigningKey {
  /**
   * @param {CryptoKeyPair} pair
   * @param {Bytes} publicBytes
   */
  constructor(pair, publicBytes) {
    this.pair = pair;
    this.public = publicBytes;
  }

  static async create() {
    return SigningKey.from(await generate(ECDSA, ["sign", "verify"]));
  }

  /** @param {CryptoKeyPair} pair as `pair` gave it */
  static async from(pair) {
    return new SigningKey(pair, await publicBytesOf(pair));
  }

  /**
   * A signature over a purpose and parts: r and s, 32 bytes each.
   * @param {string} purpose
   * @param {...Part} parts
   */
  async sign(purpose, ...parts) {
    const signed = encode(SIGNED, purpose, ...parts);
    return new Uint8Array(await subtle().sign(SIGNING, this.pair.privateKey, signed));
  }
}

/** A pair to which others seal: a shift's, a help seeker's page's. Make one with `create` or `from`. */
export class SealingKey {
  /**
   * @param {CryptoKeyPair} pair
   * @param {Bytes} publicBytes
   */
  constructor(pair, publicBytes) {
    this.pair = pair;
    this.public = publicBytes;
  }

  static async create() {
    return SealingKey.from(await generate(ECDH, ["deriveBits"]));
  }

  /** @param {CryptoKeyPair} pair as `pair` gave it */
  static async from(pair) {
    return new SealingKey(pair, await publicBytesOf(pair));
  }

  /**
   * What was sealed to it under the same `info`. Refuses ("changed").
   * @param {Bytes} info
   * @param {Bytes} sealed
   */
  unseal(info, sealed) {
    return unseal(this.pair.privateKey, this.public, info, sealed);
  }
}

/**
 * Whether the owner of a public key signed this purpose and these parts.
 * @param {Bytes} publicBytes
 * @param {Bytes} signature
 * @param {string} purpose
 * @param {...Part} parts
 */
export async function isSigned(publicBytes, signature, purpose, ...parts) {
  const key = await readPublic(publicBytes);
  return subtle().verify(SIGNING, key, signature, encode(SIGNED, purpose, ...parts));
}

/**
 * The public key in 65 bytes. Refuses ("malformed") what is no point of the curve.
 * @param {Bytes} publicBytes
 */
export async function readPublic(publicBytes) {
  check(publicBytes.length === PUBLIC_LENGTH, "malformed");
  const keys = subtle();
  try {
    return await keys.importKey("raw", publicBytes, ECDSA, true, ["verify"]);
  } catch {
    throw new SealingRefused("malformed");
  }
}

/**
 * A public key to compare by eye or by telephone: eight groups of five digits (132 bits).
 * @param {Bytes} publicBytes
 */
export async function fingerprint(publicBytes) {
  const digest = await hash(encode("luwte/1 fingerprint", publicBytes));
  const groups = [0, 4, 8, 12, 16, 20, 24, 28].map((place) => readFour(digest, place) % 100000);
  return groups.map((group) => String(group).padStart(5, "0")).join(" ");
}

/**
 * @param {EcKeyGenParams} algorithm
 * @param {KeyUsage[]} usages
 */
async function generate(algorithm, usages) {
  return /** @type {CryptoKeyPair} */ (await subtle().generateKey(algorithm, false, usages));
}

/** @param {CryptoKeyPair} pair */
async function publicBytesOf(pair) {
  return new Uint8Array(await subtle().exportKey("raw", pair.publicKey));
}
