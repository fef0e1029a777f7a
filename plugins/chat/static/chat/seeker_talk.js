// The help seeker's side: a key pair that lives as long as the page, keys that are given to a checked shift only, and a tab
// that can be loaded anew.

import { newId } from "../core/connection.js";
import { check, idBytes, join, same, SealingRefused, toText } from "../core/sealing/bytes.js";
import { EpochKey } from "../core/sealing/epoch.js";
import { isSigned, SealingKey } from "../core/sealing/keys.js";
import { readerOf, SealedTalk } from "./sealed_talk.js";

/**
 * @typedef {import("../core/sealing/bytes.js").Bytes} Bytes
 * @typedef {import("../core/sealing/certificates.js").CheckedShift} CheckedShift
 * @typedef {import("./sealed_talk.js").Epoch} Epoch
 * @typedef {import("./delivery.js").Entry} Entry
 */

const GRANT = 22 + 65 + 48;
const SIGNED_GRANT = GRANT + 64;
const READER = 16;
const AGAIN_AFTER = 3000;

/** A conversation on the help seeker's page. */
export class SeekerTalk extends SealedTalk {
  /**
   * @param {import("./sealed_talk.js").Where} where
   * @param {import("../core/connection.js").Connection} connection
   * @param {import("./delivery.js").Delivery} delivery
   * @param {import("./sealed_talk.js").Told & { helper: (name: string, isFirst: boolean) => void }} told
   *   `helper`: who can read along from now on, by a chain that holds; nobody can without being shown
   * @param {{ checkShift: (certificate: unknown) => Promise<CheckedShift>, tab: import("./tab_keys.js").TabKeys }} with_
   */
  constructor(where, connection, delivery, told, { checkShift, tab }) {
    super(where, connection, delivery, told);
    this.told = told;
    this.checkShift = checkShift;
    this.tab = tab;
    /** @type {SealingKey | null} */
    this.pair = null;
    /** @type {Bytes} */
    this.reader = new Uint8Array(0);
    /** @type {Map<string, CheckedShift>} */
    this.shifts = new Map();
    /** @type {Set<string>} which epoch was given to which shift */
    this.given = new Set();
    /** @type {Entry[]} keys of a shift that was not checked yet */
    this.early = [];
    /** Whether this page knows where the conversation stands: at once for a new one. */
    this.isIn = true;
  }

  /**
   * Begins: the intake is the first message.
   * @param {Record<string, unknown>} answers
   * @returns {Promise<{ client_id: string, version: number, body: string }>}
   */
  async begin(answers) {
    const epoch = await this.openEpoch();
    const clientId = await this.firstId(epoch.number);
    const content = { ...this.ownKey(), ...answers };
    const own = /** @type {import("./sealed_talk.js").OwnEpoch} */ (this.own);
    const blob = await own.sender.seal(new TextEncoder().encode(JSON.stringify(content)), clientId);
    own.said.push({ id: clientId, content, clientId });
    this.mine.set(clientId, clientId);
    return { client_id: clientId, version: 1, body: toText(blob) };
  }

  /**
   * Comes back on a page that was opened anew: with the keys that both halves give, and a new one of its own.
   * @param {string | null | undefined} half the server's
   */
  async comeBack(half) {
    this.isIn = false;
    for (const { place, key } of await this.tab.join(this.where, half)) {
      const epoch = this.epoch(place.sender, place.epoch);
      if (!epoch.key) await this.attach(epoch, key);
    }
    if (!(await this.delivery.resume())) return; // the line broke: at the next connect once more
    await this.after(async () => {
      for (const epoch of this.epochs.values()) this.lose(epoch);
      await this.beginAnew();
    });
  }

  async beginAnew() {
    const { number } = await this.openEpoch();
    const clientId = await this.firstId(number);
    await this.seal({ id: clientId, content: this.ownKey() });
    this.isIn = true;
    for (const shift of this.shifts.values()) await this.giveAll(shift);
    await this.sealAll();
  }

  /**
   * Another page of this browser opened the same number first.
   * @param {string} clientId
   * @param {string} reason
   */
  isTakenNumber(clientId, reason) {
    if (reason !== "client_id_reused" || this.own?.said[0]?.clientId !== clientId) return false;
    this.giveUpOwn();
    void this.after(() => this.beginAnew());
    return true;
  }

  async openEpoch() {
    this.pair = await SealingKey.create();
    this.reader = await readerOf(this.pair.public);
    const epoch = await this.makeEpoch();
    await this.keep();
    return epoch;
  }

  ownKey() {
    return { key: toText(/** @type {SealingKey} */ (this.pair).public) };
  }

  /** Keeps what this page can read for the same tab, should it be loaded anew. */
  keep() {
    return this.tab.keep(this.where, Array.from(this.epochs.values()).flatMap((epoch) => epoch.key ?? []));
  }

  /**
   * The server says who helps. Only if the organisation's list agrees are the keys given to them.
   * @param {{ id: string } | null | undefined} certificate
   */
  setShift(certificate) {
    if (!certificate || this.shifts.has(certificate.id)) return;
    void this.after(async () => {
      if (this.shifts.has(certificate.id)) return;
      let shift;
      try {
        shift = await this.checkShift(certificate);
      } catch (error) {
        if (error instanceof SealingRefused) throw error;
        window.setTimeout(() => this.setShift(certificate), AGAIN_AFTER); // the list could not be fetched
        return;
      }
      const isFirst = Array.from(this.shifts.values()).every((one) => one.helper === shift.helper);
      this.shifts.set(shift.id, shift);
      this.told.helper(shift.name, isFirst);
      await this.giveAll(shift);
      for (const entry of this.early.splice(0)) this.take(entry);
    });
  }

  /** @param {CheckedShift} shift */
  async giveAll(shift) {
    if (!this.isIn) return; // a page that comes back gives once it knows where it stands
    for (const epoch of this.epochsOf("seeker")) if (epoch.key) await this.give(epoch, epoch.key, shift);
  }

  /**
   * @param {Epoch} epoch
   * @param {EpochKey} key
   * @param {CheckedShift} shift
   */
  async give(epoch, key, shift) {
    const reader = idBytes(shift.id);
    const name = `${epoch.number} ${toText(reader)}`;
    if (this.given.has(name)) return;
    this.given.add(name);
    const granted = await key.grant(shift);
    const before = this.epochsOf("seeker").filter((one) => one.key && one.number < epoch.number).pop()?.key;
    const link = before ? [await before.link(granted)] : [];
    const clientId = newId();
    this.mine.set(clientId, clientId);
    this.put("grant", clientId, join(granted, reader, ...link));
  }

  /**
   * @param {Epoch} epoch
   * @param {Entry} entry
   * @param {Bytes} blob
   */
  async onGrant(epoch, entry, blob) {
    if (epoch.sender === "seeker") {
      this.given.add(`${epoch.number} ${toText(blob.slice(GRANT, GRANT + READER))}`);
      return;
    }
    check(blob.length === 2 * (SIGNED_GRANT + READER), "cut_off");
    this.checkFirst(epoch, blob);
    if (epoch.key) {
      epoch.granted = blob; // known from before this page was opened anew
      return;
    }
    const isMine = this.pair && same(blob.slice(SIGNED_GRANT, SIGNED_GRANT + READER), this.reader);
    const signer = toText(blob.slice(-READER));
    const shift = Array.from(this.shifts.values()).find((one) => toText(idBytes(one.id)) === signer);
    if (!shift && (isMine || this.isIn)) {
      this.early.push(entry);
      return;
    }
    const granted = blob.slice(0, SIGNED_GRANT);
    if (shift) await checkSigned(epoch, granted, shift);
    if (!this.pair || !shift || !isMine) {
      this.lose(epoch); // for this tab's page before it was opened anew; the helper opens another one
      return;
    }
    const key = await EpochKey.open(epoch.place, this.pair, granted, shift);
    epoch.granted = blob;
    await this.attach(epoch, key);
    await this.keep();
  }

  /**
   * A key of my side that is not mine: another page of this browser has gone on with the conversation.
   * @param {string} sender
   * @param {Bytes} blob
   */
  epochOf(sender, blob) {
    const known = this.epochs.size;
    const epoch = super.epochOf(sender, blob);
    if (this.epochs.size > known && sender === "seeker" && this.own) this.told.note("elsewhere");
    return epoch;
  }
}

/**
 * Whether a shift made this grant, be it for this page or not: what nobody of ours signed is an attack.
 * @param {Epoch} epoch
 * @param {Bytes} granted
 * @param {CheckedShift} shift
 */
async function checkSigned(epoch, granted, shift) {
  const [sealed, signature] = [granted.slice(0, GRANT), granted.slice(GRANT)];
  check(await isSigned(shift.signing, signature, "grant", ...epoch.place.parts(), sealed), "false_grant");
}
