// What one side of a conversation says and hears, sealed. Bytes and keys are core/sealing's; here is what a page does with
// them: which key a message is under, what waits for what, what has arrived, and what is wrong.
//
// The server is believed in nothing. Whatever it changes, drops, repeats or invents is left out, and told in one of few kinds.

import { newId } from "../core/connection.js";
import { check, encode, fromText, idBytes, readFour, SealingRefused, text, toText } from "../core/sealing/bytes.js";
import { EpochKey } from "../core/sealing/epoch.js";
import { hash } from "../core/sealing/keys.js";
import { HEADER, Place } from "../core/sealing/messages.js";

/**
 * @typedef {import("../core/sealing/bytes.js").Bytes} Bytes
 * @typedef {import("../core/sealing/bytes.js").Reason} Reason
 * @typedef {import("./delivery.js").Entry} Entry
 * @typedef {"changed" | "twice" | "missing" | "stranger" | "who" | "wait" | "long" | "page" | "words" | "browser"} Kind
 * @typedef {{ tenant: string, conversation: string, side: "seeker" | "helper" }} Where
 * @typedef {{ place: Place, number: number, sender: string, key: EpochKey | null, receiver: import("../core/sealing/messages.js").Receiver | null, held: Entry[], entries: Map<string, Entry>, granted: Bytes | null, lost: boolean, toConfirm: boolean }} Epoch
 * @typedef {{ id: string, content: Record<string, unknown> }} Said
 * @typedef {{ number: number, key: EpochKey, sender: import("../core/sealing/messages.js").Sender, said: (Said & { clientId: string })[], arrived: number, read: number }} OwnEpoch
 * @typedef {{
 *   message: (id: string, entry: Entry, text: string | null) => void,
 *   intake: (content: Record<string, unknown>) => void,
 *   state: (ids: string[], state: "arrived" | "read" | "late") => void,
 *   refused: (id: string, reason: string) => void,
 *   wrong: (kind: Kind) => void,
 *   note: (name: "earlier" | "somebody_else" | "elsewhere") => void,
 *   isReading: () => boolean,
 * }} Told `message`: the next one; its text is null for one that this page sent itself
 */

const SEALED = 1;
/** How long a message may be missing before that is said. */
const GAP_TOLD = 10000;
const CONFIRM_AFTER = 150;

/** @type {Record<Reason, Kind>} For every reason to refuse the sentence that people read: few, and each says what to do. */
export const KIND_OF = {
  malformed: "changed",
  unknown_version: "page",
  other_organisation: "who",
  false_document: "who",
  false_succession: "who",
  false_certificate: "who",
  false_shift: "who",
  rolled_back: "who",
  version_gap: "who",
  forked: "who",
  ghost_root: "who",
  root_waits: "wait",
  false_grant: "who",
  unknown_helper: "who",
  revoked: "who",
  wrong_role: "who",
  not_yet: "wait",
  expired: "wait",
  shift_too_long: "wait",
  cut_off: "changed",
  other_conversation: "stranger",
  other_epoch: "stranger",
  other_sender: "stranger",
  replayed: "twice",
  number_taken: "twice",
  too_many_wait: "missing",
  changed: "changed",
  not_sent: "changed",
  too_long: "long",
  reads_only: "page",
  used_before: "page",
  wrong_phrase: "words",
  not_possible: "browser",
};

/** One conversation on one page. What is done happens one step after the other, in the order in which it was asked. */
export class SealedTalk {
  /**
   * @param {Where} where
   * @param {import("../core/connection.js").Connection} connection
   * @param {import("./delivery.js").Delivery} delivery
   * @param {Told} told
   */
  constructor(where, connection, delivery, told) {
    this.where = where;
    this.connection = connection;
    this.delivery = delivery;
    this.told = told;
    /** @type {Map<string, Epoch>} of both sides, by sender and number */
    this.epochs = new Map();
    /** @type {OwnEpoch | null} under which this page seals now */
    this.own = null;
    /** @type {Map<number, OwnEpoch>} all that this page made */
    this.made = new Map();
    /** @type {Map<string, string>} what this page sent: for each entry's id the message's own */
    this.mine = new Map();
    /** @type {Set<string>} messages that are on the screen */
    this.shown = new Set();
    /** @type {Said[]} what waits for a key */
    this.unsealed = [];
    /** @type {Promise<void>} */
    this.work = Promise.resolve();
    this.gapTimer = 0;
    this.confirmTimer = 0;
    this.disordered = false;
  }

  /**
   * Does a step after all those before it. One that fails is told, and stops none of the next.
   * @param {() => Promise<void> | void} step
   */
  after(step) {
    this.work = this.work.then(step).catch((error) => this.onFault(error));
    return this.work;
  }

  /** @param {unknown} error */
  onFault(error) {
    this.told.wrong(error instanceof SealingRefused ? KIND_OF[error.code] : "page");
    if (!(error instanceof SealingRefused)) queueMicrotask(() => { throw error; });
  }

  /** The next entry, in the order that the server says. @param {Entry} entry */
  take(entry) {
    void this.after(async () => {
      try {
        await this.onEntry(entry);
      } finally {
        this.watchGaps();
      }
    });
  }

  /** @param {Entry} entry */
  async onEntry(entry) {
    check(entry.version === SEALED, "unknown_version");
    const blob = fromText(entry.body);
    const epoch = this.epochOf(entry.sender, blob);
    const id = entry.sender === this.where.side ? this.mine.get(entry.client_id) : undefined;
    if (id) this.told.message(id, entry, null);
    else if (entry.kind === "grant") await this.onGrant(epoch, entry, blob);
    else if (epoch.receiver) await this.open(epoch, entry, blob);
    else this.hold(epoch, entry);
  }

  /**
   * The epoch that something sealed says it belongs to. Refuses what says that it is from elsewhere.
   * @param {string} sender
   * @param {Bytes} blob
   * @returns {Epoch}
   */
  epochOf(sender, blob) {
    check(blob.length > HEADER, "cut_off");
    check(sender === "seeker" || sender === "helper", "other_sender");
    const number = readFour(blob, 17);
    const epoch = this.epoch(sender, number);
    epoch.place.checkHeader(blob, () => true);
    return epoch;
  }

  /**
   * @param {"seeker" | "helper"} sender
   * @param {number} number
   * @returns {Epoch}
   */
  epoch(sender, number) {
    const known = this.epochs.get(`${sender} ${number}`);
    if (known) return known;
    const place = new Place(this.where.tenant, this.where.conversation, number, sender);
    const rest = { key: null, receiver: null, held: [], entries: new Map(), granted: null, lost: false, toConfirm: false };
    const epoch = { place, number, sender, ...rest };
    this.epochs.set(`${sender} ${number}`, epoch);
    return epoch;
  }

  /** All epochs of one side, the first one first. @param {string} sender */
  epochsOf(sender) {
    return Array.from(this.epochs.values()).filter((epoch) => epoch.sender === sender).sort((a, b) => a.number - b.number);
  }

  /**
   * @param {Epoch} epoch
   * @param {Entry} entry
   * @param {Bytes} blob
   */
  async open(epoch, entry, blob) {
    const { receiver } = epoch;
    if (!receiver) return;
    receiver.accept(blob, entry.client_id);
    epoch.entries.set(entry.client_id, entry);
    if (receiver.missing().length) this.disordered = true;
    let opened;
    while ((opened = await receiver.next())) {
      const from = epoch.entries.get(opened.clientId) ?? entry;
      epoch.entries.delete(opened.clientId);
      if (epoch.sender !== this.where.side) epoch.toConfirm = true;
      await this.onOpened(epoch, from, opened.content);
    }
    this.confirmSoon();
  }

  /**
   * @param {Epoch} epoch
   * @param {Entry} entry
   * @param {Bytes} bytes
   */
  async onOpened(epoch, entry, bytes) {
    await this.onContent(epoch, entry, readContent(bytes));
  }

  /**
   * @param {Epoch} _epoch for the helper's side, which learns from it
   * @param {Entry} entry
   * @param {Record<string, unknown>} content
   * @returns {Promise<void>}
   */
  async onContent(_epoch, entry, content) {
    if (entry.kind === "intake") this.told.intake(content);
    const id = typeof content.again === "string" ? content.again : entry.client_id;
    if (typeof content.text !== "string" || this.shown.has(id)) return;
    this.shown.add(id);
    this.told.message(id, entry, content.text);
  }

  /** A message whose key is not here yet, or never will be. @param {Epoch} epoch @param {Entry} entry */
  hold(epoch, entry) {
    if (epoch.lost) this.told.note("earlier");
    else epoch.held.push(entry);
  }

  /** This page cannot have the key: what is under it was for another page, or for this one before it was opened anew. @param {Epoch} epoch */
  lose(epoch) {
    if (epoch.key) return;
    epoch.lost = true;
    if (epoch.held.length) this.told.note("earlier");
    epoch.held = [];
  }

  /**
   * The key of an epoch is here: what waited for it is opened.
   * @param {Epoch} epoch
   * @param {EpochKey} key
   */
  async attach(epoch, key) {
    epoch.key = key;
    epoch.receiver = key.receiver();
    epoch.lost = false;
    for (const entry of epoch.held.splice(0)) await this.open(epoch, entry, fromText(entry.body)).catch((error) => this.onFault(error));
  }

  /** There is one grant of an epoch for each reader. @param {Epoch} epoch @param {Bytes} granted */
  checkFirst(epoch, granted) {
    if (!epoch.granted) return;
    check(toText(epoch.granted) === toText(granted), "number_taken");
    check(false, "replayed");
  }

  /** Says so when a message is missing for too long, or came in another order than it was sent in. */
  watchGaps() {
    const waits = Array.from(this.epochs.values()).some((epoch) => epoch.held.length || epoch.receiver?.missing().length);
    if (waits) {
      if (!this.gapTimer) this.gapTimer = window.setTimeout(() => this.told.wrong("missing"), GAP_TOLD);
      return;
    }
    window.clearTimeout(this.gapTimer);
    this.gapTimer = 0;
    if (this.disordered) this.told.wrong("twice");
    this.disordered = false;
  }

  // Saying.

  /**
   * @param {string} id the message's own
   * @param {Record<string, unknown>} content
   */
  say(id, content) {
    void this.after(async () => {
      this.unsealed.push({ id, content });
      await this.sealAll();
    });
  }

  async sealAll() {
    if (!this.own && this.unsealed.length) await this.prepare();
    while (this.own && this.unsealed.length) await this.seal(/** @type {Said} */ (this.unsealed.shift()));
  }

  /**
   * @param {Said} said
   * @param {string} [clientId] the entry's; another one than the message's where it is sealed again
   */
  async seal({ id, content }, clientId = id) {
    const { own } = this;
    if (!own) return;
    const whole = clientId === id ? content : { ...content, again: id };
    try {
      const blob = await own.sender.seal(text(JSON.stringify(whole)), clientId);
      own.said.push({ id, content, clientId });
      this.mine.set(clientId, id);
      this.shown.add(id);
      this.put("message", clientId, blob);
    } catch (error) {
      if (!(error instanceof SealingRefused) || error.code !== "too_long") throw error;
      this.told.refused(id, "too_long");
    }
  }

  /**
   * @param {"message" | "grant"} kind
   * @param {string} clientId
   * @param {Bytes} blob
   */
  put(kind, clientId, blob) {
    this.delivery.send({ client_id: clientId, kind, version: SEALED, body: toText(blob) });
  }

  /** A new key of this page's own, the next of this side. */
  async makeEpoch() {
    const number = Math.max(0, ...this.epochsOf(this.where.side).map((epoch) => epoch.number)) + 1;
    const epoch = this.epoch(this.where.side, number);
    epoch.key = await EpochKey.create(epoch.place);
    this.own = { number, key: epoch.key, sender: epoch.key.sender(), said: [], arrived: 0, read: 0 };
    this.made.set(number, this.own);
    return epoch;
  }

  /** The epoch that was opened last is nothing: what was said under it is sealed again, under the next. */
  giveUpOwn() {
    const { own } = this;
    if (!own) return;
    const lost = own.said.slice(1);
    this.delivery.withdraw(lost.map((said) => said.clientId));
    this.unsealed.unshift(...lost);
    this.own = null;
  }

  /**
   * The id of an epoch's first entry: two pages of one side that open the same number at once collide in it, and the
   * server, which writes an id once, lets one of them know.
   * @param {number} number
   */
  async firstId(number) {
    const digest = await hash(encode("luwte/1 first entry", idBytes(this.where.conversation), this.where.side, number));
    return newId(digest.slice(0, 16));
  }

  // What has arrived.

  /** The server has it; that the other has it, only they can prove. @param {string} clientId */
  sent(clientId) {
    const id = this.mine.get(clientId);
    if (id) window.setTimeout(() => this.isOpen(id) && this.told.state([id], "late"), GAP_TOLD);
  }

  /** @param {string} id */
  isOpen(id) {
    const own = Array.from(this.made.values()).find((one) => one.said.some((said) => said.id === id));
    return Boolean(own && own.said.findIndex((said) => said.id === id) >= own.arrived);
  }

  /** The other says what arrived. @param {{ sender: string, receipt: string, read: boolean }} news */
  onConfirmed(news) {
    if (news.sender === this.where.side) return;
    void this.after(async () => {
      const given = fromText(news.receipt);
      check(given.length > HEADER, "cut_off");
      const own = this.made.get(readFour(given, 17));
      if (own) await this.confirm(own, given, news.read ? "read" : "receipt");
    });
  }

  /**
   * @param {OwnEpoch} own
   * @param {Bytes} given
   * @param {"receipt" | "read"} proof
   */
  async confirm(own, given, proof) {
    let n;
    try {
      n = await own.sender.confirm(given, proof);
    } catch (error) {
      // One that was overtaken by the next says nothing new.
      if (error instanceof SealingRefused && error.code === "replayed") return;
      throw error;
    }
    const state = proof === "read" ? "read" : "arrived";
    const ids = own.said.slice(own[state], n).map((said) => said.id);
    own[state] = Math.max(own[state], n);
    own.arrived = Math.max(own.arrived, own.read);
    if (ids.length) this.told.state(ids, state);
  }

  /** Proves anew what has arrived here: the other was away, or this page was. */
  confirmAgain() {
    for (const epoch of this.epochsOf(this.where.side === "seeker" ? "helper" : "seeker")) epoch.toConfirm = Boolean(epoch.receiver);
    this.confirmSoon();
  }

  confirmSoon() {
    if (!this.confirmTimer) this.confirmTimer = window.setTimeout(() => void this.after(() => this.confirmNow()), CONFIRM_AFTER);
  }

  async confirmNow() {
    this.confirmTimer = 0;
    const read = this.told.isReading();
    for (const epoch of this.epochs.values()) {
      const receipt = epoch.toConfirm && (await epoch.receiver?.receipt(read ? "read" : "receipt"));
      epoch.toConfirm = false;
      if (receipt) this.connection.tell("chat.confirm", { conversation: this.where.conversation, receipt: toText(receipt), read });
    }
  }

  /** Nothing more comes. */
  stop() {
    window.clearTimeout(this.gapTimer);
    window.clearTimeout(this.confirmTimer);
    this.gapTimer = -1;
  }

  // What each side does in its own way.

  /** The key of an epoch. @param {Epoch} epoch @param {Entry} entry @param {Bytes} blob @returns {Promise<void>} */
  async onGrant(epoch, entry, blob) {
    throw new TypeError(`each side takes its grants: ${epoch.sender} ${entry.kind} ${blob.length}`);
  }

  /** Something is to be said: opens an epoch if that is possible by now. @returns {Promise<void>} */
  async prepare() {}
}

/**
 * @param {Bytes} bytes
 * @returns {Record<string, unknown>}
 */
function readContent(bytes) {
  try {
    const content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    check(typeof content === "object" && content !== null, "malformed");
    return content;
  } catch {
    throw new SealingRefused("malformed");
  }
}

/** Under which a reader finds what is granted to a public key: 16 bytes of its digest. @param {Bytes} publicKey */
export async function readerOf(publicKey) {
  return (await hash(encode("luwte/1 reader", publicKey))).slice(0, 16);
}
