// Delivery: every message is shown once and in order, and sent until the server has it, over lost networks and restarts.
//
// The server numbers entries without gaps. This page asks for what it misses after its last number in a row, and sends
// what waits one after the other, each with an id of its own, so that a repeat is recognised. What entries hold is sealed;
// whether the server tells the truth, `SealedTalk` sees.

/**
 * @typedef {import("../core/connection.js").Connection} Connection
 * @typedef {{ seq: number, sender: string, client_id: string, kind: string, version: number, body: string, at: string }} Entry
 * @typedef {{ client_id: string, version: number, body: string, kind: "message" | "grant" }} Waiting
 */

const RETRY = 1000;
const LONGEST_RETRY = 16000;
const GAP_WAIT = 1000;
const GAP_TOLD = 10000;
const EVENTS = { message: "chat.send", grant: "chat.grant" };

/** The messages of one conversation, for one page. */
export class Delivery {
  /**
   * @param {Connection} connection
   * @param {string} conversation
   * @param {"seeker" | "helper"} side which side this page is
   * @param {{ arrived: (entry: Entry) => void, sent: (clientId: string) => void, refused: (clientId: string, reason: string) => void, stuck: () => void }} told
   *   `arrived`: the next entry in order, this page's own included · `sent`: the server has it · `stuck`: a number is
   *   missing, and the server does not give it
   */
  constructor(connection, conversation, side, told) {
    this.connection = connection;
    this.conversation = conversation;
    this.side = side;
    this.told = told;
    this.last = 0;
    /** @type {Map<number, Entry>} entries that came before one that is still missing */
    this.early = new Map();
    /** @type {Waiting[]} */
    this.outbox = [];
    this.sending = false;
    this.resuming = false;
    this.timer = 0;
    this.retry = RETRY;
    this.gapTimer = 0;
    this.over = false;
    /** Whether the server knows since this connect that this page takes part; before that it refuses what we send. */
    this.known = true;
  }

  /** Queues an entry; it goes out when there is a line. @param {Waiting} waiting */
  send(waiting) {
    this.outbox.push(waiting);
    void this.flush();
  }

  /** Takes back what has not gone out yet. @param {Iterable<string>} clientIds */
  withdraw(clientIds) {
    const all = new Set(clientIds);
    this.outbox = this.outbox.filter((waiting) => !all.has(waiting.client_id));
  }

  /** The line is gone. Until `resume` is called again nothing is asked or sent; what is written waits. */
  pause() {
    this.known = false;
    window.clearTimeout(this.timer);
  }

  /** Call after every connect, once the server has said where we stand: fetches what was missed, sends what waits. */
  async resume() {
    this.known = true;
    return this.catchUp();
  }

  /** @returns {Promise<boolean>} whether all that the server has is here now */
  async catchUp() {
    if (this.resuming || !this.isReady) return false;
    this.resuming = true;
    let all = false;
    try {
      let more = true;
      while (more) more = await this.nextPage();
      this.retry = RETRY;
      all = true;
    } catch {
      this.later();
    } finally {
      this.resuming = false;
    }
    void this.flush();
    return all;
  }

  /** @returns {Promise<boolean>} whether there is another page */
  async nextPage() {
    const page = await this.connection.ask("chat.resume", { conversation: this.conversation, after: this.last });
    if (page.error) return false;
    for (const entry of page.entries) this.take(entry);
    return page.more;
  }

  /** @param {Entry} entry news from the server, perhaps out of order, perhaps for the second time */
  take(entry) {
    if (entry.seq <= this.last) return;
    this.early.set(entry.seq, entry);
    let next;
    while ((next = this.early.get(this.last + 1))) {
      this.early.delete(next.seq);
      this.last = next.seq;
      this.forget(next.client_id);
      this.told.arrived(next);
    }
    this.watchGap();
  }

  /** A number is missing for a moment when news overtakes a page of entries; for longer than that it never is. */
  watchGap() {
    if (!this.early.size) {
      window.clearTimeout(this.gapTimer);
      this.gapTimer = 0;
      return;
    }
    this.later(GAP_WAIT);
    if (!this.gapTimer) this.gapTimer = window.setTimeout(() => this.early.size && this.told.stuck(), GAP_TOLD);
  }

  /** Sends what waits, one after the other, so that the order is kept. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.outbox.length && this.isReady) await this.sendFirst();
    } catch {
      this.later();
    } finally {
      this.sending = false;
    }
  }

  async sendFirst() {
    const waiting = this.outbox[0];
    const { kind, ...entry } = waiting;
    const answer = await this.connection.ask(EVENTS[kind], { conversation: this.conversation, entry });
    if (answer.error === "busy" || answer.error === "failed" || answer.error === "too_fast") throw new Error(answer.error);
    this.forget(waiting.client_id);
    if (answer.error) {
      this.told.refused(waiting.client_id, answer.error);
      return;
    }
    this.told.sent(waiting.client_id);
    if (answer.seq > this.last) {
      this.take({ ...waiting, seq: answer.seq, at: answer.at, sender: this.side });
    }
  }

  get isReady() {
    return this.known && !this.over && this.connection.isOpen;
  }

  /** @param {string} clientId */
  forget(clientId) {
    this.outbox = this.outbox.filter((waiting) => waiting.client_id !== clientId);
  }

  /** Tries again: after a failure each time later, and not when everybody else does. @param {number} [wait] milliseconds */
  later(wait) {
    window.clearTimeout(this.timer);
    if (this.over) return;
    this.timer = window.setTimeout(() => void this.catchUp(), wait ?? this.retry * (0.5 + Math.random()));
    if (wait === undefined) this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  /** The conversation is over: nothing more is tried. */
  stop() {
    this.over = true;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.gapTimer);
  }
}
