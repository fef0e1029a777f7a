// The organisation's key in a coordinator's browser: what is done with it, apart from how that looks.

import { fromText, same, toText } from "../sealing/bytes.js";
import { certifyHelper, keysJson, signKeys, succeed } from "../sealing/issuing.js";

/**
 * @typedef {import("../sealing/bytes.js").Bytes} Bytes
 * @typedef {import("../sealing/certificates.js").KeysDocument} KeysDocument
 * @typedef {import("../sealing/certificates.js").HelperCertificate} HelperCertificate
 * @typedef {import("../sealing/certificates.js").Keys} Keys
 * @typedef {import("../sealing/keys.js").SigningKey} SigningKey
 * @typedef {{ id: string, name: string, sign_in: string, public: string | null }} Colleague who helps
 */

/**
 * The first list of an organisation.
 * @param {SigningKey} root
 * @param {string} tenant
 * @param {number} now
 */
export async function firstList(root, tenant, now) {
  const says = { tenant, version: 1, issued: now, root: root.public, previous: new Uint8Array(32), successions: [], helpers: [], revoked: [] };
  return keysJson(await signKeys(root, says));
}

/** The list that follows on one: what changes in it, then `sign`. What does not count any more falls out by itself. */
export class NextList {
  /**
   * @param {KeysDocument} before
   * @param {Colleague[]} colleagues who help here now
   * @param {number} now
   */
  constructor(before, colleagues, now) {
    this.before = before;
    this.now = now;
    const here = new Set(colleagues.map((colleague) => colleague.id));
    this.kept = before.says.helpers.filter(({ says }) => here.has(says.id) && says.ends > now);
    this.revoked = before.says.revoked.slice();
    /** @type {import("../sealing/certificates.js").Helper[]} */
    this.added = [];
  }

  /**
   * Signs a helper's key, in the place of one that they had; that one is withdrawn.
   * @param {Colleague} colleague
   * @param {Bytes} key
   * @param {number} ends
   */
  approve(colleague, key, ends) {
    const old = this.kept.find(({ says }) => says.id === colleague.id);
    if (old && !same(old.says.key, key)) this.revoke(colleague.id);
    this.kept = this.kept.filter(({ says }) => says.id !== colleague.id);
    const { id, name } = colleague;
    this.added.push({ tenant: this.before.says.tenant, id, name, role: "helper", key, begins: this.now, ends });
  }

  /**
   * Withdraws a helper's key for good.
   * @param {string} id
   */
  revoke(id) {
    for (const { says } of this.kept) if (says.id === id) this.revoked.push({ key: says.key, at: this.now });
    this.kept = this.kept.filter(({ says }) => says.id !== id);
  }

  /** @param {SigningKey} root the key that counts */
  async sign(root) {
    return this.signed(root, this.kept, this.before.says.successions);
  }

  /**
   * The list under a new key. The old one vouches for it, if anybody still has it.
   * @param {SigningKey} root
   * @param {SigningKey | null} old
   */
  async signRenewed(root, old) {
    const { tenant, successions } = this.before.says;
    const again = await Promise.all(this.kept.map(({ says }) => certifyHelper(root, says)));
    const vouched = old ? successions.concat(await succeed(tenant, old, root.public, this.now)) : [];
    return this.signed(root, again, vouched);
  }

  /**
   * @param {SigningKey} root
   * @param {HelperCertificate[]} kept
   * @param {import("../sealing/certificates.js").Succession[]} successions
   */
  async signed(root, kept, successions) {
    const added = await Promise.all(this.added.map((says) => certifyHelper(root, says)));
    const { tenant, version } = this.before.says;
    /** @type {Keys} */
    const says = {
      tenant,
      version: version + 1,
      issued: this.now,
      root: root.public,
      previous: await this.before.digest(),
      successions,
      helpers: kept.concat(added),
      revoked: this.revoked,
    };
    return keysJson(await signKeys(root, says));
  }
}

/**
 * Whether a key was withdrawn.
 * @param {KeysDocument} document
 * @param {Bytes} key
 */
export function isRevoked(document, key) {
  return document.says.revoked.some((revocation) => same(revocation.key, key));
}

/**
 * How a helper stands: without a key, waiting for approval, approved, withdrawn, or not counting any more.
 * @param {KeysDocument} document
 * @param {Colleague} colleague
 * @param {number} now
 */
export function standing(document, colleague, now) {
  const found = document.says.helpers.find(({ says }) => says.id === colleague.id);
  if (!colleague.public) return { state: "none", ends: 0 };
  if (isRevoked(document, fromText(colleague.public))) return { state: "revoked", ends: 0 };
  if (!found || toText(found.says.key) !== colleague.public) return { state: "waits", ends: 0 };
  return { state: found.says.ends > now ? "approved" : "expired", ends: found.says.ends };
}
