// The helper's side: a shift's keys that this browser keeps, so that any page of it can read along, and a key of each
// page's own to speak under.

import { check, fromText, idBytes, join, same, SealingRefused } from "../core/sealing/bytes.js";
import { CheckedShift, ShiftCertificate } from "../core/sealing/certificates.js";
import { EpochKey } from "../core/sealing/epoch.js";
import { newId } from "../core/connection.js";
import { readerOf, SealedTalk } from "./sealed_talk.js";

/**
 * @typedef {import("../core/sealing/bytes.js").Bytes} Bytes
 * @typedef {import("./sealed_talk.js").Epoch} Epoch
 * @typedef {import("./delivery.js").Entry} Entry
 * @typedef {{ certificate: unknown, sealing: import("../core/sealing/keys.js").SealingKey, signing: import("../core/sealing/keys.js").SigningKey, id: string }} OpenShift
 */

const GRANT = 22 + 65 + 48;
const SIGNED_GRANT = GRANT + 64;
const READER = 16;

/** A conversation on a helper's page. */
export class HelperTalk extends SealedTalk {
  /**
   * @param {import("./sealed_talk.js").Where} where
   * @param {import("../core/connection.js").Connection} connection
   * @param {import("./delivery.js").Delivery} delivery
   * @param {import("./sealed_talk.js").Told} told
   * @param {OpenShift} shift
   */
  constructor(where, connection, delivery, told, shift) {
    super(where, connection, delivery, told);
    this.shift = shift;
    this.reader = idBytes(shift.id);
    /** @type {Bytes | null} of the help seeker's page as it is now */
    this.seekerKey = null;
    this.seekerEpoch = 0;
    /** The first entry of the epoch that this page opened last. */
    this.first = "";
  }

  /** My own shift, as one to whom I give my keys: another page of this browser reads along. */
  async ownShift() {
    const { says } = await ShiftCertificate.fromForm(this.shift.certificate);
    return new CheckedShift(says, "");
  }

  /**
   * @param {Epoch} epoch
   * @param {Entry} _entry
   * @param {Bytes} blob
   */
  async onGrant(epoch, _entry, blob) {
    if (epoch.sender === "helper") await this.onOwnGrant(epoch, blob);
    else await this.onSeekersGrant(epoch, blob);
  }

  /**
   * From another page of mine, or from this one before it was loaded anew.
   * @param {Epoch} epoch
   * @param {Bytes} blob
   */
  async onOwnGrant(epoch, blob) {
    check(blob.length === 2 * (SIGNED_GRANT + READER), "cut_off");
    this.checkFirst(epoch, blob);
    if (!same(blob.slice(-READER), this.reader)) {
      this.lose(epoch); // of a shift that is over
      return;
    }
    const mine = blob.slice(SIGNED_GRANT + READER, -READER);
    const key = await EpochKey.open(epoch.place, this.shift.sealing, mine, await this.ownShift());
    epoch.granted = blob;
    await this.attach(epoch, key);
  }

  /**
   * @param {Epoch} epoch
   * @param {Bytes} blob
   */
  async onSeekersGrant(epoch, blob) {
    check(blob.length === GRANT + READER || blob.length === GRANT + READER + 32, "cut_off");
    if (!same(blob.slice(GRANT, GRANT + READER), this.reader)) return; // for another shift
    this.checkFirst(epoch, blob);
    const granted = blob.slice(0, GRANT);
    const key = await EpochKey.open(epoch.place, this.shift.sealing, granted);
    epoch.granted = blob;
    if (epoch.number > 1 && !(await this.isLinked(epoch, granted, blob.slice(GRANT + READER)))) this.told.note("somebody_else");
    await this.attach(epoch, key);
  }

  /**
   * Whether whoever opened this epoch had a key of one before it.
   * @param {Epoch} epoch
   * @param {Bytes} granted
   * @param {Bytes} proof
   */
  async isLinked(epoch, granted, proof) {
    for (const { key, number } of this.epochsOf("seeker")) {
      if (!key || number >= epoch.number) continue;
      try {
        await key.checkLink(granted, proof);
        return true;
      } catch (error) {
        if (!(error instanceof SealingRefused)) throw error;
      }
    }
    return false;
  }

  /**
   * @param {Epoch} epoch
   * @param {Entry} entry
   * @param {Record<string, unknown>} content
   */
  async onContent(epoch, entry, content) {
    if (typeof content.key === "string") await this.onKey(epoch, content.key);
    await super.onContent(epoch, entry, content);
  }

  /**
   * The help seeker's page is there, or was opened anew: what it has not received is sealed again, for the page that it is now.
   * @param {Epoch} epoch
   * @param {string} key
   */
  async onKey(epoch, key) {
    if (epoch.sender !== "seeker" || epoch.number <= this.seekerEpoch) return;
    this.seekerKey = fromText(key);
    this.seekerEpoch = epoch.number;
    if (this.own) await this.openEpoch();
    await this.sealAll();
  }

  async prepare() {
    if (this.seekerKey) await this.openEpoch();
  }

  async openEpoch() {
    if (!this.seekerKey) return;
    const before = Array.from(this.made.values()).flatMap((own) => own.said.slice(own.arrived));
    for (const own of this.made.values()) own.said.length = own.arrived = Math.min(own.arrived, own.said.length);
    this.delivery.withdraw(before.map((said) => said.clientId));
    const { number } = await this.makeEpoch();
    const { key } = /** @type {import("./sealed_talk.js").OwnEpoch} */ (this.own);
    const theirs = await key.grant(this.seekerKey, this.shift.signing);
    const mine = await key.grant(await this.ownShift(), this.shift.signing);
    const clientId = await this.firstId(number);
    this.mine.set(clientId, clientId);
    this.first = clientId;
    this.put("grant", clientId, join(theirs, await readerOf(this.seekerKey), mine, this.reader));
    for (const said of before) await this.seal(said, newId());
  }

  /**
   * Another page of mine opened the same number first: the next one, then.
   * @param {string} clientId
   * @param {string} reason
   */
  isTakenNumber(clientId, reason) {
    if (reason !== "client_id_reused" || this.first !== clientId) return false;
    void this.after(() => this.openEpoch());
    return true;
  }
}
