// Messages of one epoch: numbered, each under a key of its own, chained to the one before, padded to four lengths.
//
// Only who made an epoch key gets a `Sender` of it. A `Receiver` takes each number once and in order, holds what came too
// early, and says of everything else why it is refused. The twin of place.py and messages.py in core/crypto/sealing/.

import { check, encode, fourBytes, idBytes, join, readFour, same } from "./bytes.js";
import { decrypt, deriveCipher, deriveMac, encrypt, hash, NONCE, TAG } from "./keys.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {"seeker" | "helper"} Side */

const VERSION = 1;
const SIDES = ["seeker", "helper"];
export const HEADER = 1 + 16 + 4 + 1;

/** Where a key belongs. Every sealed thing opens here only. */
export class Place {
  /**
   * @param {string} tenant
   * @param {string} conversation
   * @param {number} epoch 1, 2, 3, … as the sender opens them in this conversation
   * @param {Side} sender who made the key, and alone sends under it
   */
  constructor(tenant, conversation, epoch, sender) {
    if (!SIDES.includes(sender)) throw new TypeError("a sender is a seeker or a helper");
    this.tenant = idBytes(tenant);
    this.conversation = idBytes(conversation);
    this.epoch = epoch;
    this.sender = sender;
    /** What every sealed thing begins with, in clear: version, conversation, epoch, sender. */
    this.header = join(Uint8Array.of(VERSION), this.conversation, fourBytes(epoch), Uint8Array.of(SIDES.indexOf(sender)));
  }

  /** For canonical bytes. */
  parts() {
    return [this.tenant, this.conversation, this.epoch, this.sender];
  }

  /**
   * Refuses when a blob says itself that it is from elsewhere, or has a length that none has.
   * @param {Bytes} blob
   * @param {(length: number) => boolean} fits
   */
  checkHeader(blob, fits) {
    check(blob.length, "cut_off");
    check(blob[0] === VERSION, "unknown_version");
    check(fits(blob.length), "cut_off");
    check(same(blob.slice(1, 17), this.conversation), "other_conversation");
    check(blob[21] === this.header[21], "other_sender");
    check(readFour(blob, 17) === this.epoch, "other_epoch");
  }
}

/**
 * @typedef {{ n: number, clientId: string, content: Bytes }} Opened its number, the sender's own id of it, what it says
 * @typedef {"receipt" | "read"} Proof that it was opened there; that it was shown there
 */

const LENGTHS = [256, 1024, 4096, 16384];
/** Bytes that fit into one message. */
export const LONGEST = 16384 - 4;
/** Stands where the first message would name the one before it. */
const FIRST = new Uint8Array(32);
const LAST_NUMBER = 2 ** 32 - 1;
/** How many messages may wait for one that is missing. */
const WAITING = 256;
const NUMBER = HEADER + 4;
const OVERHEAD = NUMBER + NONCE + TAG;
const RECEIPT = NUMBER + 32;

/** Seals messages, one after the other. Keep what it gave until it has arrived: nothing is ever sealed again. */
export class Sender {
  /**
   * Ask the epoch key for it.
   * @param {Place} place
   * @param {CryptoKey} source
   */
  constructor(place, source) {
    this.place = place;
    /** @private */
    this.source = source;
    /** @private */
    this.n = 0;
    /** @private */
    this.previous = FIRST;
    /** @private @type {Map<number, Bytes>} hashes of what may still be confirmed */
    this.hashes = new Map();
    /** @private @type {Record<Proof, number>} the last number of which each was proved */
    this.proved = { receipt: 0, read: 0 };
    /** @private @type {Promise<unknown>} the last one begun: the next must know its hash */
    this.last = Promise.resolve();
  }

  /**
   * The next message. Calls keep their order. After a failure nothing more is sealed: open a new epoch.
   * @param {Bytes} content
   * @param {string} clientId
   * @returns {Promise<Bytes>}
   */
  async seal(content, clientId) {
    const padded = pad(content);
    const id = idBytes(clientId);
    check(this.n < LAST_NUMBER, "used_before");
    this.n += 1;
    const n = this.n;
    const sealed = this.last.then(() => this.sealAs(n, padded, id));
    this.last = sealed;
    return sealed;
  }

  /**
   * @private
   * @param {number} n
   * @param {Bytes} padded
   * @param {Bytes} id
   */
  async sealAs(n, padded, id) {
    const key = await deriveCipher(this.source, keyInfo(this.place, n), "encrypt");
    const sealed = await encrypt(key, padded, bound(this.place, n, id, this.previous));
    const blob = join(this.place.header, fourBytes(n), sealed);
    this.previous = await hash(blob);
    this.hashes.set(n, this.previous);
    return blob;
  }

  /**
   * The number up to which the other side has opened everything, or has shown it; refuses a false receipt.
   * @param {Bytes} given
   * @param {Proof} [proof]
   */
  async confirm(given, proof = "receipt") {
    this.place.checkHeader(given, (length) => length === RECEIPT);
    const n = readFour(given, HEADER);
    check(n > 0 && n <= this.n, "not_sent");
    const sent = this.hashes.get(n);
    check(sent && n >= this.proved[proof], "replayed");
    check(same(await receipt(this.place, this.source, proof, n, sent), given), "changed");
    this.proved[proof] = Math.max(this.proved[proof], n);
    const both = Math.min(this.proved.receipt, this.proved.read);
    for (const number of Array.from(this.hashes.keys())) if (number < both) this.hashes.delete(number);
    return n;
  }
}

/** Opens the messages of one sender in one epoch: `accept` what arrives, then ask `next` until it gives null. */
export class Receiver {
  /**
   * Ask the epoch key for it.
   * @param {Place} place
   * @param {CryptoKey} source
   */
  constructor(place, source) {
    this.place = place;
    /** @private */
    this.source = source;
    /** @private */
    this.n = 0;
    /** @private */
    this.previous = FIRST;
    /** @private @type {Map<number, { blob: Bytes, clientId: string }>} */
    this.early = new Map();
    /** @private @type {Promise<unknown>} the last `next` begun: each opens another number */
    this.last = Promise.resolve();
  }

  /**
   * Takes in what arrived. Refuses when it cannot belong here, or was here before.
   * @param {Bytes} blob
   * @param {string} clientId
   */
  accept(blob, clientId) {
    this.place.checkHeader(blob, (length) => LENGTHS.includes(length - OVERHEAD));
    idBytes(clientId);
    const n = readFour(blob, HEADER);
    const held = this.early.get(n);
    check(n > this.n && !(held && held.clientId === clientId && same(held.blob, blob)), "replayed");
    check(!held, "number_taken");
    check(this.early.size < WAITING || n === this.n + 1, "too_many_wait");
    this.early.set(n, { blob, clientId });
  }

  /**
   * The next message in order, or null when it is not there yet. Refuses ("changed") when what came in its place is not
   * what was sent; that is dropped.
   * @returns {Promise<Opened | null>}
   */
  next() {
    const opened = this.last.then(() => this.openNext());
    this.last = opened.catch(() => null);
    return opened;
  }

  /** @private */
  async openNext() {
    const n = this.n + 1;
    const held = this.early.get(n);
    if (!held) return null;
    const { blob, clientId } = held;
    try {
      const key = await deriveCipher(this.source, keyInfo(this.place, n), "decrypt");
      const opened = await decrypt(key, blob.slice(NUMBER), bound(this.place, n, idBytes(clientId), this.previous));
      const content = unpad(opened);
      this.previous = await hash(blob);
      this.n = n;
      return { n, clientId, content };
    } finally {
      this.early.delete(n);
    }
  }

  /** The numbers that others already wait for. */
  missing() {
    const last = Math.min(Math.max(this.n, ...this.early.keys()), this.n + WAITING);
    const between = Array.from({ length: Math.max(0, last - this.n - 1) }, (_, place) => this.n + 1 + place);
    return between.filter((n) => !this.early.has(n));
  }

  /**
   * The proof that all up to the last message was opened here, or was shown, for the sender; null before the first.
   * @param {Proof} [proof]
   */
  async receipt(proof = "receipt") {
    return this.n ? receipt(this.place, this.source, proof, this.n, this.previous) : null;
  }
}

/**
 * Length and content, filled with zeros to the next of four lengths. Refuses ("too_long").
 * @param {Bytes} content
 */
export function pad(content) {
  const length = LENGTHS.find((one) => content.length + 4 <= one);
  check(length, "too_long");
  const padded = new Uint8Array(length);
  padded.set(fourBytes(content.length));
  padded.set(content, 4);
  return padded;
}

/**
 * The content. Refuses ("malformed") what is not as `pad` writes it.
 * @param {Bytes} padded
 */
export function unpad(padded) {
  const content = padded.slice(4, 4 + readFour(padded, 0));
  check(content.length <= LONGEST && same(pad(content), padded), "malformed");
  return content;
}

/**
 * @param {Place} place
 * @param {number} n
 */
function keyInfo(place, n) {
  return encode("luwte/1 message key", ...place.parts(), n);
}

/**
 * @param {Place} place
 * @param {number} n
 * @param {Bytes} clientId
 * @param {Bytes} previous
 */
function bound(place, n, clientId, previous) {
  return encode("luwte/1 message", ...place.parts(), n, clientId, previous);
}

/**
 * @param {Place} place
 * @param {CryptoKey} source
 * @param {Proof} proof
 * @param {number} n
 * @param {Bytes} last
 */
async function receipt(place, source, proof, n, last) {
  const mac = await deriveMac(source, encode(`luwte/1 ${proof}`, ...place.parts()), encode(n, last));
  return join(place.header, fourBytes(n), mac);
}
