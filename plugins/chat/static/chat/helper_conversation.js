// One conversation of a helper: its messages, the intake, who is there. The page shows one of them at a time.

import { newId } from "../core/connection.js";
import { fill } from "../core/dom.js";
import { Delivery } from "./delivery.js";
import { HelperTalk } from "./helper_talk.js";

/**
 * @typedef {import("./delivery.js").Entry} Entry
 * @typedef {import("./thread.js").Message} Message
 * @typedef {{ kind: "message", message: Message, state: string } | { kind: "notice", text: string } | { kind: "wrong", text: string }} Line
 *   `state`: sending, sent, late, arrived or read for a message of mine; arrived for the other's; failed
 */

const LONGEST_NAME = 40;

/**
 * The nickname as it may stand in a heading and in our own sentences, whatever the other page sent: short, and without
 * characters that cannot be seen or that turn the line round.
 * @param {unknown} name
 * @returns {string}
 */
function plainName(name) {
  const seen = String(name ?? "").replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu, " ");
  return Array.from(seen.replace(/\p{M}{3,}/gu, "").trim()).slice(0, LONGEST_NAME).join("");
}

/** What is known of a conversation, whether it is on the screen or not. */
export class HelperConversation {
  /**
   * @param {import("../core/connection.js").Connection} connection
   * @param {{ conversation: string, present: boolean }} given
   * @param {Record<string, any>} texts
   * @param {{ line: (line: Line) => void, state: (id: string, state: string) => void, changed: () => void, refused: (text: string, reason: string) => void, over: () => void, isOpen: () => boolean }} told
   * @param {{ tenant: string, shift: import("./helper_talk.js").OpenShift }} mine
   */
  constructor(connection, given, texts, told, { tenant, shift }) {
    this.id = given.conversation;
    this.connection = connection;
    this.present = given.present;
    this.texts = texts;
    this.told = told;
    this.name = texts.no_name;
    /** @type {Record<string, unknown> | null} */
    this.intake = null;
    /** @type {Line[]} in the order of the screen */
    this.lines = [];
    this.unread = 0;
    this.last = "";
    this.typing = false;
    this.ended = false;
    this.timedOut = false;
    this.draft = "";
    this.delivery = new Delivery(connection, this.id, "helper", {
      arrived: (entry) => this.talk.take(entry),
      sent: (clientId) => this.talk.sent(clientId),
      refused: (clientId, reason) => this.onSendRefused(clientId, reason),
      stuck: () => this.warn("missing"),
    });
    const where = { tenant, conversation: this.id, side: /** @type {const} */ ("helper") };
    this.talk = new HelperTalk(where, connection, this.delivery, this.toldOfTalk(), shift);
  }

  /** @returns {import("./sealed_talk.js").Told} */
  toldOfTalk() {
    return {
      message: (id, entry, text) => this.onMessage(id, entry, text),
      intake: (content) => this.onIntake(content),
      state: (ids, state) => ids.forEach((id) => this.setState(id, state)),
      refused: (id, reason) => this.onRefused(id, reason),
      wrong: (kind) => this.warn(kind),
      note: (name) => this.noteOnce(fill(this.texts[`note_${name}`], { name: this.name })),
      isReading: () => this.told.isOpen() && document.visibilityState === "visible",
    };
  }

  /** @param {Record<string, unknown>} content */
  onIntake(content) {
    this.intake = { ...content, name: plainName(content.name) };
    delete this.intake.key;
    this.name = plainName(content.name) || this.texts.no_name;
    this.told.changed();
  }

  /**
   * @param {string} id
   * @param {Entry} entry
   * @param {string | null} given null for what this page sent
   */
  onMessage(id, entry, given) {
    const mine = entry.sender === "helper";
    const known = this.messageLine(id);
    const text = given ?? known?.message.text;
    if (text === undefined) return;
    const state = !mine ? "arrived" : known && known.state !== "sending" ? known.state : "sent";
    const message = { clientId: id, mine, who: mine ? this.texts.you : this.name, text, at: entry.at, state };
    this.lines = this.lines.filter((line) => line !== known);
    if (!mine) {
      this.typing = false;
      this.unread += 1;
    }
    this.last = text;
    this.add({ kind: "message", message, state });
    this.told.changed();
  }

  /** @param {string} id */
  messageLine(id) {
    const found = this.lines.find((line) => line.kind === "message" && line.message.clientId === id);
    return found?.kind === "message" ? found : undefined;
  }

  /** @param {string} id @param {string} state */
  setState(id, state) {
    const line = this.messageLine(id);
    if (!line || (state === "late" && line.state !== "sent")) return;
    line.state = line.message.state = state;
    this.told.state(id, state);
  }

  /** @param {string} text */
  send(text) {
    const clientId = newId();
    this.add({ kind: "message", message: { clientId, mine: true, who: this.texts.you, text }, state: "sending" });
    this.talk.say(clientId, { text });
  }

  /**
   * @param {string} clientId
   * @param {string} reason
   */
  onSendRefused(clientId, reason) {
    if (!this.talk.isTakenNumber(clientId, reason)) this.onRefused(this.talk.mine.get(clientId) ?? clientId, reason);
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  onRefused(id, reason) {
    const line = this.messageLine(id);
    if (!line) return;
    line.state = "failed";
    this.told.line(line);
    if (reason === "ended") this.told.over();
    else if (!this.ended) this.told.refused(line.message.text, reason);
  }

  /** Something is wrong; said once for each kind, and it stays. @param {string} kind */
  warn(kind) {
    const text = fill(this.texts.wrong[kind], { name: this.name });
    if (!this.lines.some((line) => line.kind === "wrong" && line.text === text)) this.add({ kind: "wrong", text });
  }

  /** @param {string} text */
  noteOnce(text) {
    if (!this.lines.some((line) => line.kind === "notice" && line.text === text)) this.notice(text);
  }

  /** @param {boolean} present */
  setPresent(present) {
    if (present === this.present) return;
    this.present = present;
    this.typing = false;
    if (present) this.talk.confirmAgain();
    this.notice(fill(present ? this.texts.seeker_back : this.texts.seeker_away, { name: this.name }));
  }

  /** @param {string | undefined} by */
  end(by) {
    if (by === "timeout" && !this.timedOut) {
      this.timedOut = true;
      this.notice(fill(this.texts.timed_out, { name: this.name }));
    }
    if (this.ended) return;
    this.ended = true;
    this.typing = false;
    this.delivery.stop();
    this.talk.stop();
    if (by === "seeker") this.notice(fill(this.texts.left, { name: this.name }));
    if (by === "silence") this.notice(fill(this.texts.left_silence, { name: this.name }));
    this.told.changed();
  }

  /** @param {string} text */
  notice(text) {
    this.add({ kind: "notice", text });
    this.told.changed();
  }

  /** @param {Line} line */
  add(line) {
    this.lines.push(line);
    this.told.line(line);
  }
}
