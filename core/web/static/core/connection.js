// The page's line to the realtime side: a fresh token for every connect, and trying again without end.

import { io } from "../vendor/socket.io-client/socket.io.esm.min.js";

/**
 * An answer of the server: `error` is one word when it did not do what was asked.
 * @typedef {{ error?: string, [name: string]: any }} Answer
 */

const ANSWER_WITHIN = 10000;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 8000;

/** A line that keeps itself open. `connected` and `lost` are told each time that changes. */
export class Connection {
  /**
   * @param {{ address: string, csrf: string, connected: () => void, lost: () => void, refused: (reason: string) => void }} options
   *   `address` of the realtime side; `csrf` the page's token; `refused` is told when the server will not have this page
   */
  constructor(options) {
    this.options = options;
    this.retry = FIRST_RETRY;
    this.timer = 0;
    this.closed = false;
    this.socket = io(options.address, {
      auth: (/** @type {(data: object) => void} */ give) => this.fetchToken().then((token) => give({ token })),
      transports: ["websocket", "polling"],
      reconnectionDelay: FIRST_RETRY,
      reconnectionDelayMax: LONGEST_RETRY,
      randomizationFactor: 0.5,
      autoConnect: false,
    });
    this.socket.on("connect", () => this.onConnect());
    this.socket.on("disconnect", (/** @type {string} */ reason) => this.onDisconnect(reason));
    this.socket.on("connect_error", (/** @type {Error} */ error) => this.onError(error));
    window.addEventListener("online", () => this.hurry());
    window.addEventListener("offline", () => this.drop());
  }

  /** Opens the line. */
  open() {
    this.socket.connect();
  }

  /** Closes the line for good. */
  close() {
    this.closed = true;
    window.clearTimeout(this.timer);
    this.socket.disconnect();
  }

  /**
   * @param {string} event
   * @param {(data: any) => void} listener
   */
  on(event, listener) {
    this.socket.on(event, listener);
  }

  get isOpen() {
    return this.socket.connected;
  }

  /**
   * Asks the server something. Rejects when no answer comes in time: then nobody knows whether it was done.
   * @param {string} event
   * @param {object} payload
   * @returns {Promise<Answer>}
   */
  ask(event, payload) {
    if (!this.socket.connected) return Promise.reject(new Error("not connected"));
    return this.socket.timeout(ANSWER_WITHIN).emitWithAck(event, payload);
  }

  /**
   * Tells the server something, without waiting for an answer; nothing happens while the line is away.
   * @param {string} event
   * @param {object} payload
   */
  tell(event, payload) {
    if (this.socket.connected) this.socket.emit(event, payload);
  }

  /**
   * Says something that may be lost.
   * @param {string} event
   * @param {object} payload
   */
  say(event, payload) {
    if (this.socket.connected) this.socket.volatile.emit(event, payload);
  }

  /** @returns {Promise<string>} an empty token when none could be had; the server then refuses and we try again */
  async fetchToken() {
    try {
      const answer = await fetch("/verbinding", { method: "POST", headers: { "X-CSRF-Token": this.options.csrf } });
      // A page that is too old, a session that has ended, a screen that is locked: a new page knows what to say.
      if (answer.status === 403 || answer.redirected) this.options.refused("page");
      return answer.ok && !answer.redirected ? (await answer.json()).token : "";
    } catch {
      return "";
    }
  }

  onConnect() {
    this.retry = FIRST_RETRY;
    this.options.connected();
  }

  /** @param {string} reason */
  onDisconnect(reason) {
    this.options.lost();
    if (reason === "io server disconnect") this.tryLater();
  }

  /** @param {Error} error */
  onError(error) {
    this.options.lost();
    if (error.message === "closed" || error.message === "time_out") this.options.refused(error.message);
    if (!this.socket.active) this.tryLater();
  }

  /** The library does not try again by itself after a refusal; a token may simply have been too old. */
  tryLater() {
    if (this.closed) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.socket.connect(), this.retry * (0.5 + Math.random()));
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  /** The network is said to be back: do not wait for the next try. */
  hurry() {
    if (!this.closed && !this.socket.connected) this.socket.disconnect().connect();
  }

  /** The network is said to be away: say so at once, without waiting for a heartbeat. */
  drop() {
    if (!this.closed && this.socket.connected) this.socket.io.engine.close();
  }
}

/**
 * An id in the form of a UUID, random by default; `crypto.randomUUID` is younger than the oldest browser that must work.
 * @param {Uint8Array} [bytes] 16 of them
 */
export function newId(bytes = crypto.getRandomValues(new Uint8Array(16))) {
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
