// Canonical bytes, and reasons to refuse. Everything that is signed, bound or derived from is written in one way only.
// The twin of encoding.py and refusals.py in core/crypto/sealing/, where each reason is explained.

/** @typedef {"malformed" | "unknown_version"} FormReason */
/** @typedef {"other_organisation" | "false_document" | "false_succession" | "false_certificate" | "false_shift"} ChainReason */
/** @typedef {"rolled_back" | "version_gap" | "forked" | "ghost_root" | "root_waits"} TrustReason */
/** @typedef {"false_grant" | "unknown_helper" | "revoked" | "wrong_role" | "not_yet" | "expired" | "shift_too_long"} HelperReason */
/** @typedef {"cut_off" | "other_conversation" | "other_epoch" | "other_sender"} PlaceReason */
/** @typedef {"replayed" | "number_taken" | "too_many_wait" | "changed" | "not_sent"} MessageReason */
/** @typedef {"too_long" | "reads_only" | "used_before" | "wrong_phrase" | "not_possible"} UseReason */
/** @typedef {FormReason | ChainReason | TrustReason | HelperReason | PlaceReason | MessageReason | UseReason} Reason */

/** Something sealed or signed that must not be used. `code` says why. */
export class SealingRefused extends Error {
  /** @param {Reason} code */
  constructor(code) {
    super(code);
    this.name = "SealingRefused";
    this.code = code;
  }
}

/**
 * @param {unknown} holds
 * @param {Reason} code what is wrong when it does not
 * @returns {asserts holds}
 */
export function check(holds, code) {
  if (!holds) throw new SealingRefused(code);
}

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {Bytes | string | number} Part */

const WORDS = new TextEncoder();

/**
 * Each part behind its length (4 bytes, big-endian), so that ("ab", "c") and ("a", "bc") differ. Text is UTF-8, a number
 * 8 bytes; ids go in as `idBytes`. What the parts mean is said by the first one, a label for each use.
 * @param {...Part} parts
 * @returns {Bytes}
 */
export function encode(...parts) {
  return join(...parts.map(content).flatMap((bytes) => [fourBytes(bytes.length), bytes]));
}

/**
 * @param {Part} part
 * @returns {Bytes}
 */
function content(part) {
  if (typeof part === "number") return wholeNumber(part);
  return typeof part === "string" ? text(part) : part;
}

/**
 * @param {number} value
 * @returns {Bytes}
 */
function wholeNumber(value) {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("a number that is sealed must be whole, not negative");
  return join(fourBytes(Math.floor(value / 2 ** 32)), fourBytes(value % 2 ** 32));
}

/**
 * @param {number} value below 2^32
 * @returns {Bytes}
 */
export function fourBytes(value) {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw new RangeError("no number of four bytes");
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/**
 * @param {Bytes} bytes
 * @param {number} place
 */
export function readFour(bytes, place) {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(place);
}

/**
 * @param {string} value
 * @returns {Bytes}
 */
export function text(value) {
  return WORDS.encode(value);
}

/**
 * @param {...Bytes} parts
 * @returns {Bytes}
 */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/**
 * Whether both are the same, taking the same time wherever they differ.
 * @param {Bytes} left
 * @param {Bytes} right
 */
export function same(left, right) {
  return left.length === right.length && left.reduce((differs, byte, place) => differs | (byte ^ right[place]), 0) === 0;
}

/**
 * The 16 bytes of an id. Refuses ("malformed") what is not written in small letters.
 * @param {unknown} id
 * @returns {Bytes}
 */
export function idBytes(id) {
  check(typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id), "malformed");
  const pairs = id.replace(/-/g, "").match(/../g) || [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/**
 * Bytes as base64url without padding.
 * @param {Bytes} bytes
 */
export function toText(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * The bytes of base64url. Refuses ("malformed") anything that `toText` would not write.
 * @param {unknown} value
 * @returns {Bytes}
 */
export function fromText(value) {
  check(typeof value === "string" && /^[\w-]*$/.test(value) && value.length % 4 !== 1, "malformed");
  const bytes = Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  check(toText(bytes) === value, "malformed");
  return bytes;
}
