// An organisation's public list of keys: fetched from the pages' own origin, checked, and followed from what was seen
// before. Help seekers' pages remember nothing: they believe the newest list there.

import { check, SealingRefused, toText } from "../sealing/bytes.js";
import { KeysDocument } from "../sealing/certificates.js";
import { Trust } from "../sealing/trust.js";

/**
 * @typedef {{ tenant: string, address: string, remember?: boolean }} Where `address` is the folder of the lists, with a
 *   slash at its end; `remember` for staff's pages, which keep what they saw
 * @typedef {{ version: number, waiting: number | null }} Newest
 */

/** The organisation has no key yet, or none that counts here. */
export class NoList extends Error {}

/** The trust in the newest list, with the list itself. */
export class TrustedList extends Trust {
  /**
   * @param {Trust} trust
   * @param {KeysDocument} document
   */
  constructor(trust, document) {
    super(trust.version, trust.digest, trust.root);
    this.document = document;
  }

  /**
   * The keys of a helper's shift, the whole chain checked. Refuses.
   * @param {unknown} certificate as the server handed it over
   * @param {string} [role]
   * @param {number} [now] in seconds
   */
  shift(certificate, role = "helper", now = seconds()) {
    return this.document.shift(certificate, role, now);
  }
}

/**
 * The newest list. Refuses one that does not follow on what this browser saw before; throws NoList, and TypeError where
 * there is no network.
 * @param {Where} where
 * @returns {Promise<TrustedList>}
 */
export async function readTrust({ tenant, address, remember = false }) {
  const { version, waiting } = await readNewest(address);
  if (!remember) {
    const document = await readList(tenant, `${address}${version}.json`);
    check(document.says.version === version, "false_document");
    return new TrustedList(await Trust.first(document), document);
  }
  const trusted = await follow(tenant, address, version);
  if (waiting) await noticeWaiting(tenant, address, trusted);
  return trusted;
}

/**
 * @param {string} address
 * @returns {Promise<Newest>}
 */
export async function readNewest(address) {
  const answer = await fetch(`${address}newest.json`, { credentials: "omit", cache: "no-cache" });
  if (answer.status === 404) throw new NoList();
  return answer.json();
}

/**
 * @param {string} tenant
 * @param {string} address of the file
 */
export async function readList(tenant, address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new NoList();
  return KeysDocument.read(await answer.text(), tenant);
}

/**
 * From the list that this browser saw last to the newest, over each one between.
 * @param {string} tenant
 * @param {string} address
 * @param {number} newest
 */
async function follow(tenant, address, newest) {
  const store = await import("./store.js");
  const kept = await store.read("lists", tenant);
  check(!kept || kept.version <= newest, "rolled_back");
  const from = kept ? Math.min(kept.version + 1, newest) : newest;
  const numbers = Array.from({ length: newest - from + 1 }, (_, place) => from + place);
  const documents = await Promise.all(numbers.map((number) => readList(tenant, `${address}${number}.json`)));
  /** @type {Trust} */
  let trust = kept ? new Trust(kept.version, kept.digest, kept.root) : await Trust.first(documents[0]);
  for (const document of documents) {
    const firstSeen = trust.leadsTo(document) ? undefined : await seenSince(tenant, document);
    trust = await trust.follow(document, seconds(), firstSeen);
  }
  const { version, digest, root } = trust;
  check(version === newest, "false_document");
  await store.write("lists", tenant, { version, digest, root });
  return new TrustedList(trust, documents[documents.length - 1]);
}

/**
 * The wait for a key that nobody vouches for begins when this browser first sees it, which may be before it counts.
 * @param {string} tenant
 * @param {string} address
 * @param {TrustedList} trusted
 */
async function noticeWaiting(tenant, address, trusted) {
  try {
    const document = await readList(tenant, `${address}waiting.json`);
    if (!trusted.leadsTo(document)) await seenSince(tenant, document);
  } catch (error) {
    // Withdrawn a moment ago, or spoilt: there is nothing to notice.
    if (!(error instanceof NoList || error instanceof SealingRefused)) throw error;
  }
}

/**
 * When this browser first saw a key that nobody vouches for, in seconds: now, if it never did.
 * @param {string} tenant
 * @param {KeysDocument} document
 * @returns {Promise<number>}
 */
async function seenSince(tenant, document) {
  const store = await import("./store.js");
  const name = `${tenant} ${toText(document.says.root)}`;
  const known = await store.read("strangers", name);
  if (known === undefined) await store.write("strangers", name, seconds());
  return known === undefined ? seconds() : known;
}

function seconds() {
  return Math.floor(Date.now() / 1000);
}
