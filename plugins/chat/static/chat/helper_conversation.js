// One conversation of a helper: its messages, the intake, who is there. The page shows one of them at a time.

import { fill } from "../core/dom.js";
import { VERSION, pack, unpack } from "./body.js";
import { Delivery } from "./delivery.js";

/**
 * @typedef {import("./delivery.js").Entry} Entry
 * @typedef {import("./thread.js").Message} Message
 * @typedef {{ kind: "message", message: Message, state: "sending" | "arrived" | "failed" } | { kind: "notice", text: string }} Line
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
   * @param {{ line: (line: Line) => void, changed: () => void, refused: (text: string) => void, over: () => void }} told
   */
  constructor(connection, given, texts, told) {
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
      arrived: (entry) => this.onEntry(entry),
      sent: () => this.told.changed(),
      refused: (clientId, reason) => this.onRefused(clientId, reason),
    });
  }

  /** @param {Entry} entry */
  onEntry(entry) {
    const content = unpack(entry.version, entry.body);
    if (!content) return;
    if (entry.kind === "intake") this.onIntake(content);
    else if (typeof content.text === "string") this.onMessage(entry, content.text);
    this.told.changed();
  }

  /** @param {Record<string, unknown>} content */
  onIntake(content) {
    this.intake = { ...content, name: plainName(content.name) };
    this.name = plainName(content.name) || this.texts.no_name;
  }

  /**
   * @param {Entry} entry
   * @param {string} text
   */
  onMessage(entry, text) {
    const mine = entry.sender === "helper";
    const message = { clientId: entry.client_id, mine, who: mine ? this.texts.you : this.name, text, at: entry.at };
    this.lines = this.lines.filter((line) => line.kind !== "message" || line.message.clientId !== entry.client_id);
    if (!mine) {
      this.typing = false;
      this.unread += 1;
    }
    this.last = text;
    this.add({ kind: "message", message, state: "arrived" });
  }

  /** @param {string} text */
  send(text) {
    const clientId = this.delivery.send(pack({ text }), VERSION);
    this.add({ kind: "message", message: { clientId, mine: true, who: this.texts.you, text }, state: "sending" });
  }

  /**
   * @param {string} clientId
   * @param {string} reason
   */
  onRefused(clientId, reason) {
    const line = this.lines.find((one) => one.kind === "message" && one.message.clientId === clientId);
    if (!line || line.kind !== "message") return;
    line.state = "failed";
    this.told.line(line);
    if (reason === "ended") this.told.over();
    else if (!this.ended) this.told.refused(line.message.text);
  }

  /** @param {boolean} present */
  setPresent(present) {
    if (present === this.present) return;
    this.present = present;
    this.typing = false;
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
