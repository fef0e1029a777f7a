// Who vouches for whom: the organisation's key for a helper's, the helper's for the keys of one shift; and `keys.json`, an
// organisation's list of keys, one file a version. Here it is read and checked; issuing.js makes it.
// The twin of forms.py, certificates.py and keys_document.py in core/crypto/sealing/.

import { check, encode, fromText, idBytes, same, SealingRefused, text } from "./bytes.js";
import { hash, isSigned, readPublic } from "./keys.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {import("./bytes.js").Part} Part
 * @typedef {{ tenant: string, id: string, name: string, role: string, key: Bytes, begins: number, ends: number }} Helper
 * @typedef {{ tenant: string, helper: string, id: string, sealing: Bytes, signing: Bytes, begins: number, ends: number }} Shift
 * @typedef {{ old: Bytes, new: Bytes, at: number, signature: Bytes }} Succession
 * @typedef {{ key: Bytes, at: number }} Revocation
 * @typedef {{
 *   tenant: string, version: number, issued: number, root: Bytes, previous: Bytes,
 *   successions: Succession[], helpers: HelperCertificate[], revoked: Revocation[],
 * }} Keys
 */

const FORMAT = 1;
const LONGEST_SHIFT = 5 * 3600;
/** Seconds that the clock of who made a key may run ahead of the reader's. */
const SKEW = 300;
const UNSIGNED = new Uint8Array(64);
const LONGEST_TEXT = 200;
const LONE_HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/;
const TIMES = { begins: number, ends: number, signature };
const HELPER = { id: uuid, name: words, role: words, key: publicKey, ...TIMES };
const SHIFT = { tenant: uuid, helper: uuid, id: uuid, sealing: publicKey, signing: publicKey, ...TIMES };
const SUCCESSION = { old: publicKey, new: publicKey, at: number, signature };
const REVOCATION = { key: publicKey, at: number };
const KEYS = {
  format: number,
  tenant: uuid,
  version: number,
  issued: number,
  root: publicKey,
  previous: digest,
  successions: items((form) => readForm(form, SUCCESSION)),
  helpers: items((form) => form),
  revoked: items((form) => readForm(form, REVOCATION)),
  signature,
};

/** The organisation says: this key is this person's, in this role, from `begins` until `ends` (in seconds). */
export class HelperCertificate {
  /**
   * @param {Helper} says
   * @param {Bytes} [signature]
   */
  constructor(says, signature = UNSIGNED) {
    this.says = says;
    this.signature = signature;
  }

  /**
   * Refuses unless the organisation's key signed it, for this role, and it counts now.
   * @param {Bytes} root
   * @param {string} role
   * @param {number} now
   */
  async check(root, role, now) {
    check(await isSigned(root, this.signature, "helper", ...this.parts()), "false_certificate");
    check(this.says.role === role, "wrong_role");
    checkPeriod(this.says, now);
  }

  /**
   * Reads it; nothing is checked yet. Refuses ("malformed").
   * @param {unknown} form
   * @param {string} tenant
   */
  static async fromForm(form, tenant) {
    const { signature: signed, ...says } = await readForm(form, HELPER);
    return new HelperCertificate({ tenant, ...says }, signed);
  }

  parts() {
    const { tenant, id, name, role, key, begins, ends } = this.says;
    return [idBytes(tenant), idBytes(id), name, role, key, begins, ends];
  }
}

/** A helper says: during this shift, seal to the one key of mine, and believe what the other signs. */
export class ShiftCertificate {
  /**
   * @param {Shift} says
   * @param {Bytes} [signature]
   */
  constructor(says, signature = UNSIGNED) {
    this.says = says;
    this.signature = signature;
  }

  /**
   * Refuses unless this helper's key signed it, within its own time, and it counts now.
   * @param {Helper} helper
   * @param {number} now
   */
  async check(helper, now) {
    const { tenant, helper: id, begins, ends } = this.says;
    check(tenant === helper.tenant, "other_organisation");
    check(id === helper.id, "false_shift");
    check(await isSigned(helper.key, this.signature, "shift", ...this.parts()), "false_shift");
    this.checkLength();
    check(begins >= helper.begins && ends <= helper.ends, "expired");
    checkPeriod(this.says, now);
    return new CheckedShift(this.says, helper.name);
  }

  /**
   * Reads it; nothing is checked yet. Refuses ("malformed").
   * @param {unknown} form
   */
  static async fromForm(form) {
    const { signature: signed, ...says } = await readForm(form, SHIFT);
    return new ShiftCertificate(says, signed);
  }

  checkLength() {
    check(this.says.ends - this.says.begins <= LONGEST_SHIFT, "shift_too_long");
  }

  parts() {
    const { tenant, helper, id, sealing, signing, begins, ends } = this.says;
    return [idBytes(tenant), idBytes(helper), idBytes(id), sealing, signing, begins, ends];
  }
}

/** A shift whose whole chain was checked: only to such a one is a conversation's key given. `KeysDocument.shift` makes it. */
export class CheckedShift {
  /**
   * @param {Shift} says
   * @param {string} name the helper's, as the organisation wrote it
   */
  constructor({ tenant, helper, id, sealing, signing, ends }, name) {
    this.tenant = tenant;
    this.helper = helper;
    this.id = id;
    this.name = name;
    this.sealing = sealing;
    this.signing = signing;
    /** When it is over, in seconds. */
    this.ends = ends;
    Object.freeze(this);
  }
}

/** One version of the list of keys. `read` gives a checked one. */
export class KeysDocument {
  /**
   * @param {Keys} says
   * @param {Bytes} [signature]
   */
  constructor(says, signature = UNSIGNED) {
    this.says = says;
    this.signature = signature;
  }

  /** What the next version names as its previous one. */
  digest() {
    return hash(encode("luwte/1 keys", ...this.parts()));
  }

  /**
   * The keys of a helper's shift, the whole chain checked: organisation, helper, shift, time, role, revocation.
   * @param {unknown} given the shift's certificate as the server handed it over
   * @param {string} role
   * @param {number} now in seconds
   */
  async shift(given, role, now) {
    const shift = await ShiftCertificate.fromForm(given);
    check(shift.says.tenant === this.says.tenant, "other_organisation");
    const helper = await this.helper(shift.says.helper, role, now);
    return shift.check(helper.says, now);
  }

  /**
   * A helper's own key, checked.
   * @param {string} id
   * @param {string} role
   * @param {number} now
   */
  async helper(id, role, now) {
    const found = this.says.helpers.find((helper) => helper.says.id === id);
    if (!found) throw new SealingRefused("unknown_helper");
    check(!this.says.revoked.some((revocation) => same(revocation.key, found.says.key)), "revoked");
    await found.check(this.says.root, role, now);
    return found;
  }

  /**
   * The list of keys of this organisation, in itself checked. Whether it follows on what was seen before is for `Trust`.
   * @param {string} json
   * @param {string} tenant
   */
  static async read(json, tenant) {
    const given = readJson(json);
    check(!given || given.format === undefined || given.format === FORMAT, "unknown_version");
    const { signature: signed, ...says } = await readForm(given, KEYS);
    delete says.format;
    says.helpers = await Promise.all(
      says.helpers.map((/** @type {unknown} */ form) => HelperCertificate.fromForm(form, says.tenant)),
    );
    const document = new KeysDocument(says, signed);
    await document.check(tenant);
    return document;
  }

  /**
   * Refuses unless it is this organisation's, and whole.
   * @param {string} tenant
   */
  async check(tenant) {
    check(this.says.tenant === tenant, "other_organisation");
    check(await isSigned(this.says.root, this.signature, "keys", ...this.parts()), "false_document");
    const { successions, root } = this.says;
    const following = successions.slice(1).map((succession) => succession.old).concat(root);
    for (const [place, succession] of successions.entries()) {
      const { old, new: next, at, signature: signed } = succession;
      check(await isSigned(old, signed, "succession", idBytes(tenant), old, next, at), "false_succession");
      check(same(next, following[place]), "false_succession");
    }
  }

  /** @returns {Part[]} */
  parts() {
    const { tenant, version, issued, root, previous, successions, helpers, revoked } = this.says;
    return [
      ...[idBytes(tenant), version, issued, root, previous],
      rows(successions.map((succession) => [succession.old, succession.new, succession.at, succession.signature])),
      rows(helpers.map((helper) => [...helper.parts().slice(1), helper.signature])),
      rows(revoked.map((revocation) => [revocation.key, revocation.at])),
    ];
  }
}

/** @param {Part[][]} list */
function rows(list) {
  return encode(...list.map((row) => encode(...row)));
}

/**
 * @param {{ begins: number, ends: number }} period
 * @param {number} now
 */
function checkPeriod({ begins, ends }, now) {
  check(now + SKEW >= begins, "not_yet");
  check(now < ends, "expired");
}

// Reading JSON: exactly the fields that were agreed, each of its kind.


/**
 * The fields of an object, each read by its reader. Refuses ("malformed") any other object.
 * @param {any} given
 * @param {Record<string, (value: unknown) => any>} fields
 * @returns {Promise<any>}
 */
async function readForm(given, fields) {
  check(typeof given === "object" && given !== null && !Array.isArray(given), "malformed");
  const names = Object.keys(fields);
  check(Object.keys(given).length === names.length && names.every((name) => name in given), "malformed");
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const name of names) values[name] = await fields[name](given[name]);
  return values;
}

/**
 * @param {string} json
 * @returns {any}
 */
function readJson(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new SealingRefused("malformed");
  }
}

/** @param {unknown} value */
function uuid(value) {
  idBytes(value);
  return value;
}

/** @param {unknown} value */
function number(value) {
  check(typeof value === "number" && Number.isSafeInteger(value) && value >= 0, "malformed");
  return value;
}

/** @param {unknown} value */
function words(value) {
  check(typeof value === "string" && value !== "" && !LONE_HALF.test(value), "malformed");
  check(text(value).length <= LONGEST_TEXT, "malformed");
  return value;
}

/** @param {unknown} value */
async function publicKey(value) {
  const bytes = fromText(value);
  await readPublic(bytes);
  return bytes;
}

/** @param {unknown} value */
function signature(value) {
  return octets(value, 64);
}

/** @param {unknown} value */
function digest(value) {
  return octets(value, 32);
}

/**
 * @param {unknown} value
 * @param {number} length
 */
function octets(value, length) {
  const bytes = fromText(value);
  check(bytes.length === length, "malformed");
  return bytes;
}

/** @param {(value: unknown) => any} read */
function items(read) {
  /** @param {unknown} value */
  return (value) => {
    check(Array.isArray(value), "malformed");
    return Promise.all(value.map(read));
  };
}
