// The key of one epoch of a conversation: made by who sends under it, sealed to who may read along.
//
// Whoever made a key sends under it, once; every other holder reads. A key that was received, or brought back after a
// refresh, knows no number to go on with, so it sends nothing: no message key is ever used twice, whatever a page does.

import { check, encode, idBytes, join, same, SealingRefused } from "./bytes.js";
import { CheckedShift } from "./certificates.js";
import { aesKey, decrypt, deriveMac, encrypt, isSigned, NONCE, PUBLIC_LENGTH, random, seal, source, TAG } from "./keys.js";
import { HEADER, Receiver, Sender } from "./messages.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 * @typedef {import("./messages.js").Place} Place
 * @typedef {import("./keys.js").SealingKey} SealingKey
 * @typedef {import("./keys.js").SigningKey} SigningKey
 * @typedef {{ tab: Bytes, server: Bytes }} Halves
 *   a key that survives a refresh; `tab`: the key, wrapped, for the tab's own storage · `server`: what it is wrapped under,
 *   for the server's memory. Alone neither opens anything
 */

const KEY = 32;
const GRANT = PUBLIC_LENGTH + KEY + TAG;
const SIGNATURE = 64;

/** @type {WeakMap<EpochKey, Bytes>} The bytes of keys that may still be passed on; beside the keys, so that nothing shows them. */
const passedOn = new WeakMap();

/** The key of one place. Make it with `create`, `open` or `join`. */
export class EpochKey {
  /**
   * @param {Place} place
   * @param {CryptoKey} from
   * @param {{ madeHere: boolean, mine: boolean }} origin
   */
  constructor(place, from, { madeHere, mine }) {
    this.place = place;
    /** @private */
    this.source = from;
    /** @private */
    this.madeHere = madeHere;
    /** @private */
    this.mine = mine;
    /** @private @type {Set<string>} */
    this.asked = new Set();
  }

  /**
   * A fresh key: sends, reads, can be sealed to others and kept in halves.
   * @param {Place} place
   */
  static async create(place) {
    return passable(place, random(KEY), { madeHere: true, mine: true });
  }

  /**
   * The key that was sealed to mine: reads, can be kept in halves, and is nobody else's. A helper's was signed by a shift.
   * A help seeker's was not: anybody may seek help; that a later one is of the same person, `checkLink` tells.
   * @param {Place} place
   * @param {SealingKey} key
   * @param {Bytes} granted
   * @param {CheckedShift | null} [shift]
   */
  static async open(place, key, granted, shift = null) {
    checkSide(place, shift);
    if (shift) checkTenant(place, shift);
    place.checkHeader(granted, (length) => length === HEADER + GRANT + (shift ? SIGNATURE : 0));
    const sealed = granted.slice(0, HEADER + GRANT);
    const signature = granted.slice(HEADER + GRANT);
    if (shift) check(await isSigned(shift.signing, signature, "grant", ...place.parts(), sealed), "false_grant");
    const raw = await key.unseal(encode("luwte/1 epoch", ...place.parts()), sealed.slice(HEADER));
    return passable(place, raw, { madeHere: false, mine: false });
  }

  /**
   * A key after a refresh: reads; my own can be sealed to others.
   * @param {Place} place
   * @param {Halves} halves
   * @param {boolean} [mine] whether this side made it, and did not receive it
   */
  static async join(place, halves, mine = true) {
    place.checkHeader(halves.tab, (length) => length === HEADER + NONCE + KEY + TAG);
    check(halves.server.length === KEY, "changed");
    const wrapping = await aesKey(halves.server, "decrypt");
    return passable(place, await decrypt(wrapping, halves.tab.slice(HEADER), halfOf(place)), { madeHere: false, mine });
  }

  /**
   * The key, sealed to somebody who may read from now on: to a helper's checked shift, or, from a helper, to the help
   * seeker's public key. A helper signs it with the shift's signing key; a help seeker has none.
   * @param {CheckedShift | Bytes} reader
   * @param {SigningKey | null} [signing]
   */
  async grant(reader, signing = null) {
    checkSide(this.place, signing);
    check(this.mine, "reads_only");
    const recipient = recipientOf(this.place, reader);
    const info = encode("luwte/1 epoch", ...this.place.parts());
    const sealed = join(this.place.header, await seal(recipient, info, rawOf(this)));
    return signing ? join(sealed, await signing.sign("grant", ...this.place.parts(), sealed)) : sealed;
  }

  /**
   * The key in two halves, to be joined after a refresh.
   * @param {Bytes} [server] the server's half of a tab's other keys: one for all of them
   * @returns {Promise<Halves>}
   */
  async split(server = random(KEY)) {
    const wrapped = await encrypt(await aesKey(server, "encrypt"), rawOf(this), halfOf(this.place));
    return { tab: join(this.place.header, wrapped), server };
  }

  /** From now on the key can neither be granted nor split. What was asked of it before goes on. */
  keep() {
    const raw = passedOn.get(this);
    if (raw) raw.fill(0);
    passedOn.delete(this);
  }

  /**
   * The proof that the next key comes from somebody who has this one: for the grant of the next epoch.
   * @param {Bytes} granted
   */
  link(granted) {
    return deriveMac(this.source, encode("luwte/1 link", ...this.place.parts()), granted);
  }

  /**
   * Refuses ("changed") unless the proof was made with this key for this grant.
   * @param {Bytes} granted
   * @param {Bytes} proof
   */
  async checkLink(granted, proof) {
    check(same(await this.link(granted), proof), "changed");
  }

  /** What seals messages; there is one for a key that was made here, and it is asked for once. */
  sender() {
    check(this.madeHere, "reads_only");
    this.once("sender");
    return new Sender(this.place, this.source);
  }

  /** What opens messages, once each and in order; asked for once. */
  receiver() {
    this.once("receiver");
    return new Receiver(this.place, this.source);
  }

  /**
   * @private
   * @param {string} name
   */
  once(name) {
    check(!this.asked.has(name), "used_before");
    this.asked.add(name);
  }
}

/**
 * @param {Place} place
 * @param {Bytes} raw
 * @param {{ madeHere: boolean, mine: boolean }} origin
 */
async function passable(place, raw, origin) {
  const key = new EpochKey(place, await source(raw), origin);
  passedOn.set(key, raw);
  return key;
}

/** @param {EpochKey} key */
function rawOf(key) {
  const raw = passedOn.get(key);
  if (!raw) throw new SealingRefused("reads_only");
  return raw;
}

/** @param {Place} place */
function halfOf(place) {
  return encode("luwte/1 half", ...place.parts());
}

/**
 * @param {Place} place
 * @param {CheckedShift | Bytes} reader
 */
function recipientOf(place, reader) {
  if (reader instanceof CheckedShift) {
    checkTenant(place, reader);
    return reader.sealing;
  }
  if (place.sender === "seeker") throw new TypeError("a help seeker's key is given to a checked shift only");
  return reader;
}

/**
 * @param {Place} place
 * @param {CheckedShift} shift
 */
function checkTenant(place, shift) {
  check(same(idBytes(shift.tenant), place.tenant), "other_organisation");
}

/**
 * A caller's mistake, not an attack: helpers' keys go with a signer, help seekers' without.
 * @param {Place} place
 * @param {unknown} signer
 */
function checkSide(place, signer) {
  if ((place.sender === "helper") !== Boolean(signer)) {
    throw new TypeError("a helper's epoch key is signed by the shift, a help seeker's is not");
  }
}
