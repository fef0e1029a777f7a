// What a page remembers of an organisation's lists of keys, so that nobody can lead it back or astray.

import { check, same, SealingRefused } from "./bytes.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {import("./certificates.js").KeysDocument} KeysDocument
 */

/** Seconds that an unsigned new key of an organisation waits, counted from when it was first seen here. */
const WAIT = 24 * 3600;

/** The last list that was believed: its version, its digest, and the organisation's key in it. All three may be stored. */
export class Trust {
  /**
   * @param {number} version
   * @param {Bytes} digest
   * @param {Bytes} root
   */
  constructor(version, digest, root) {
    this.version = version;
    this.digest = digest;
    this.root = root;
  }

  /**
   * Believes the first list seen here: what a fingerprint compared by hand makes certain.
   * @param {KeysDocument} document
   */
  static async first(document) {
    return new Trust(document.says.version, await document.digest(), document.says.root);
  }

  /**
   * The trust in the same list or in the very next one; refuses any other.
   * @param {KeysDocument} document
   * @param {number} now
   * @param {number} [firstSeen] when a key that its predecessor did not sign ("ghost_root") was first seen here; 24 hours
   *   later, all staff having been told, it counts
   */
  async follow(document, now, firstSeen) {
    const { version, previous } = document.says;
    check(version >= this.version, "rolled_back");
    check(version <= this.version + 1, "version_gap");
    const digest = await document.digest();
    check(same(version === this.version ? digest : previous, this.digest), "forked");
    if (!this.leadsTo(document)) checkWaited(now, firstSeen);
    return new Trust(version, digest, document.says.root);
  }

  /**
   * `read` has checked that the successions are signed, follow on each other, and end at the document's key.
   * @param {KeysDocument} document
   */
  leadsTo({ says }) {
    return same(says.root, this.root) || says.successions.some((succession) => same(succession.old, this.root));
  }
}

/**
 * @param {number} now
 * @param {number | undefined} firstSeen
 */
function checkWaited(now, firstSeen) {
  if (firstSeen === undefined) throw new SealingRefused("ghost_root");
  check(now - firstSeen >= WAIT, "root_waits");
}
