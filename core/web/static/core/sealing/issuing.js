// Certificates and lists of keys, made and signed: on coordinators' pages, and for a shift on helpers' pages.
// The twin of what makes them in certificates.py and keys_document.py in core/crypto/sealing/.

import { idBytes, toText } from "./bytes.js";
import { HelperCertificate, KeysDocument, ShiftCertificate } from "./certificates.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {import("./certificates.js").Helper} Helper
 * @typedef {import("./certificates.js").Keys} Keys
 * @typedef {import("./certificates.js").Shift} Shift
 * @typedef {import("./certificates.js").Succession} Succession
 * @typedef {import("./keys.js").SigningKey} SigningKey
 */

/**
 * @param {SigningKey} root
 * @param {Helper} says
 */
export async function certifyHelper(root, says) {
  return new HelperCertificate(says, await root.sign("helper", ...new HelperCertificate(says).parts()));
}

/**
 * Refuses ("shift_too_long").
 * @param {SigningKey} identity the helper's own key
 * @param {Shift} says
 */
export async function certifyShift(identity, says) {
  const shift = new ShiftCertificate(says);
  shift.checkLength();
  return new ShiftCertificate(says, await identity.sign("shift", ...shift.parts()));
}

/**
 * @param {SigningKey} root
 * @param {Keys} says
 */
export async function signKeys(root, says) {
  return new KeysDocument(says, await root.sign("keys", ...new KeysDocument(says).parts()));
}

/**
 * The organisation's old key says: the new one takes my place.
 * @param {string} tenant
 * @param {SigningKey} oldRoot
 * @param {Bytes} newKey
 * @param {number} at
 * @returns {Promise<Succession>}
 */
export async function succeed(tenant, oldRoot, newKey, at) {
  const signed = await oldRoot.sign("succession", idBytes(tenant), oldRoot.public, newKey, at);
  return { old: oldRoot.public, new: newKey, at, signature: signed };
}

/**
 * As it stands in the list of keys.
 * @param {HelperCertificate} certificate
 */
export function helperForm({ says: { id, name, role, key, begins, ends }, signature }) {
  return { id, name, role, key: toText(key), begins, ends, signature: toText(signature) };
}

/**
 * As helpers' pages hand it in, and help seekers' pages get it.
 * @param {ShiftCertificate} certificate
 */
export function shiftForm({ says: { tenant, helper, id, sealing, signing, begins, ends }, signature }) {
  const keys = { sealing: toText(sealing), signing: toText(signing) };
  return { tenant, helper, id, ...keys, begins, ends, signature: toText(signature) };
}

/**
 * The file.
 * @param {KeysDocument} document
 */
export function keysJson({ says, signature }) {
  const form = {
    format: 1,
    tenant: says.tenant,
    version: says.version,
    issued: says.issued,
    root: toText(says.root),
    previous: toText(says.previous),
    successions: says.successions.map(successionForm),
    helpers: says.helpers.map(helperForm),
    revoked: says.revoked.map(({ key, at }) => ({ key: toText(key), at })),
    signature: toText(signature),
  };
  return JSON.stringify(form, null, 1) + "\n";
}

/** @param {Succession} succession */
function successionForm({ old, new: next, at, signature }) {
  return { old: toText(old), new: toText(next), at, signature: toText(signature) };
}
