// The helper's workbench: who waits, my conversations, the conversation at hand.

import { Connection } from "../core/connection.js";
import { askOnce, copyOf, optional, part, parts, say, values } from "../core/dom.js";
import { onShiftChange, openShift } from "../core/keys/shift.js";
import { HelperConversation } from "./helper_conversation.js";
import { OwnList, WaitingList } from "./helper_lists.js";
import { Composer, Thread, warn } from "./thread.js";
import { TimeOutDialog } from "./time_out.js";

const LOST_AFTER = 1500;
const AGAIN_AFTER = 3000;
const NOTICE_STAYS = 8000;
const LONGEST_ANSWER = 40;

class HelperPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.texts = values(root, "texts");
    const config = (this.config = values(root, "config"));
    /** @type {import("./helper_talk.js").OpenShift | null} the keys of my shift, in this browser */
    this.shift = null;
    this.questions = ["danger", "name", ...config.questions];
    /** @type {Map<string, HelperConversation>} */
    this.conversations = new Map();
    /** @type {HelperConversation | null} */
    this.current = null;
    this.wasLost = false;
    this.lostTimer = 0;
    this.againTimer = 0;
    this.noticeTimer = 0;
    this.talk = part(root, "talk");
    this.thread = new Thread(this.talk, root, this.texts);
    this.composer = new Composer(this.talk, this.texts, {
      send: (text) => this.current?.send(text),
      typing: (on) => this.current && this.connection.say("chat.typing", { conversation: this.current.id, on }),
    });
    this.waiting = new WaitingList(root, this.texts, (id) => void this.take(id));
    this.mine = new OwnList(root, this.texts, (conversation) => this.open(conversation));
    this.timeOut = new TimeOutDialog(root, this.texts, config.zone, (minutes, reason) => void this.giveTimeOut(minutes, reason));
    this.connection = new Connection({
      address: config.realtime,
      csrf: config.csrf,
      connected: () => void this.onConnected(),
      lost: () => this.onLost(),
      refused: () => location.reload(),
    });
    this.listen();
    void this.begin();
  }

  /** Without the keys of a shift one sees who waits, and can take nobody. */
  async begin() {
    this.shift = await openShift(this.config.tenant);
    part(this.root, "no-shift").hidden = Boolean(this.shift);
    onShiftChange(() => location.reload());
    this.connection.open();
  }

  listen() {
    const { connection, root } = this;
    connection.on("chat.queue", (queue) => this.waiting.show(queue));
    connection.on("chat.queue_changed", () => void this.watch());
    connection.on("chat.mine_changed", () => void this.watch());
    connection.on("chat.entry", (entry) => this.conversations.get(entry.conversation)?.delivery.take(entry));
    connection.on("chat.state", (news) => news.state === "ended" && this.conversations.get(news.conversation)?.end(news.by));
    connection.on("chat.confirmed", (news) => this.conversations.get(news.conversation)?.talk.onConfirmed(news));
    document.addEventListener("visibilitychange", () => this.current?.talk.confirmAgain());
    connection.on("chat.typing", (news) => news.sender === "seeker" && this.onTyping(news));
    connection.on("chat.presence", (news) => news.who === "seeker" && this.conversations.get(news.conversation)?.setPresent(news.present));
    part(root, "end").onclick = () => askOnce(part(root, 'dialog="end"'), () => void this.end());
    part(root, "close").onclick = () => this.close();
    part(root, "to-list").onclick = () => this.showPane("list");
    part(root, "keys").onclick = () => askOnce(part(root, 'dialog="keys"'), () => undefined);
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  async onConnected() {
    window.clearTimeout(this.lostTimer);
    if (!(await this.watch())) return;
    for (const conversation of this.conversations.values()) {
      if (conversation.ended) continue;
      void conversation.delivery.resume();
      conversation.talk.confirmAgain();
    }
    if (this.wasLost) this.notify(this.texts.back);
    this.wasLost = false;
    say(part(this.root, "status"), "");
  }

  /** @returns {Promise<boolean>} whether the server answered; if not it is asked again */
  async watch() {
    try {
      const answer = await this.connection.ask("chat.watch", {});
      if (answer.error) {
        this.notify(this.texts.broken);
        return true;
      }
      this.waiting.show(answer.queue);
      const mine = new Set(answer.mine.map((/** @type {{ conversation: string }} */ one) => one.conversation));
      for (const given of answer.mine) this.add(given)?.setPresent(given.present);
      for (const known of this.conversations.values()) if (!mine.has(known.id)) known.end(undefined);
      this.refresh();
      return true;
    } catch {
      this.onLost();
      window.clearTimeout(this.againTimer);
      this.againTimer = window.setTimeout(() => this.connection.isOpen && void this.onConnected(), AGAIN_AFTER);
      return false;
    }
  }

  onLost() {
    window.clearTimeout(this.lostTimer);
    for (const conversation of this.conversations.values()) conversation.delivery.pause();
    this.lostTimer = window.setTimeout(() => {
      this.wasLost = true;
      say(part(this.root, "status"), this.current ? this.texts.offline : this.texts.connecting);
    }, LOST_AFTER);
  }

  /**
   * @param {{ conversation: string, present: boolean }} given
   * @returns {HelperConversation | null} null where this browser has no keys to read it
   */
  add(given) {
    const known = this.conversations.get(given.conversation);
    if (known || !this.shift) return known ?? null;
    /** @type {HelperConversation} */
    const conversation = new HelperConversation(this.connection, given, this.texts, {
      line: (line) => this.current === conversation && this.showLine(line),
      state: (id, state) => this.current === conversation && this.thread.setState(id, state),
      changed: () => this.refresh(),
      refused: (text, reason) => {
        const sentence = reason === "too_long" ? this.texts.wrong.long : this.texts.refused;
        if (this.current === conversation) this.composer.giveBack(text, sentence);
      },
      over: () => void this.watch(),
      isOpen: () => this.current === conversation,
    }, { tenant: this.config.tenant, shift: this.shift });
    this.conversations.set(conversation.id, conversation);
    void conversation.delivery.resume();
    return conversation;
  }

  /** @param {string} id */
  async take(id) {
    if (!this.shift) {
      // The server may know a shift of mine that was begun in another browser: its keys are not here.
      this.notify(this.texts.no_shift);
      return;
    }
    try {
      const answer = await this.connection.ask("chat.take", { conversation: id });
      if (answer.error) {
        const reasons = /** @type {Record<string, string>} */ ({ taken: "taken", away: "taken_away", not_found: "taken_gone", no_shift: "no_shift" });
        this.notify(this.texts[reasons[answer.error] ?? "broken"]);
        return;
      }
      const taken = this.add(/** @type {any} */ (answer));
      if (taken) this.open(taken);
    } catch {
      this.notify(this.texts.broken);
    }
  }

  /** @param {HelperConversation} conversation */
  open(conversation) {
    if (this.current) this.current.draft = this.composer.input.value;
    this.current = conversation;
    this.thread.clear();
    warn(part(this.talk, "wrong"), "");
    for (const line of conversation.lines) this.showLine(line);
    conversation.talk.confirmAgain();
    this.composer.input.value = conversation.draft;
    this.composer.showLength();
    this.refresh();
    this.showPane("talk");
    this.thread.toNewest();
    if (!conversation.ended) this.composer.input.focus();
  }

  /** @param {import("./helper_conversation.js").Line} line */
  showLine(line) {
    if (line.kind === "notice") this.thread.showNotice(line.text);
    else if (line.kind === "wrong") warn(part(this.talk, "wrong"), line.text);
    else if (line.state === "failed") this.thread.markFailed(line.message.clientId);
    else if (line.state === "sending") this.thread.showSending(line.message);
    else this.thread.showArrived(line.message);
  }

  refresh() {
    const { current } = this;
    if (current) current.unread = 0;
    this.mine.show(this.conversations.values(), current);
    this.talk.hidden = !current;
    part(this.root, "none").hidden = Boolean(current);
    if (!current) return;
    part(this.talk, "name").textContent = current.name;
    const presence = part(this.talk, "presence");
    presence.textContent = this.texts[current.ended ? "ended" : current.present ? "present" : "away"];
    presence.classList.toggle("away", !current.present && !current.ended);
    this.thread.showTyping(current.typing ? current.name : "");
    part(this.talk, "composer").hidden = current.ended;
    part(this.talk, "end").hidden = current.ended;
    this.timeOut.button.hidden = current.timedOut;
    part(this.talk, "ended").hidden = !current.ended;
    this.showIntake(current.intake);
  }

  /** @param {Record<string, unknown> | null} intake */
  showIntake(intake) {
    const list = part(this.talk, "intake");
    const key = JSON.stringify(intake);
    if (list.dataset.shown === key) return;
    list.dataset.shown = key;
    list.replaceChildren();
    for (const question of intake ? this.questions.filter((name) => name in intake) : []) {
      const row = copyOf(this.root, "answer");
      part(row, "question").textContent = this.texts.question[question];
      part(row, "answer").textContent = this.answerInWords(question, intake?.[question]);
      list.append(row);
    }
  }

  /**
   * @param {string} question
   * @param {unknown} answer
   */
  answerInWords(question, answer) {
    const word = typeof answer === "boolean" ? (answer ? "yes" : "no") : String(answer).slice(0, LONGEST_ANSWER);
    const chosen = question === "danger" || question === "gender" || word === "";
    return (chosen && new Map(Object.entries(this.texts.answer)).get(word)) || word;
  }

  /** @param {{ conversation: string, on: boolean }} news */
  onTyping(news) {
    const conversation = this.conversations.get(news.conversation);
    if (!conversation) return;
    conversation.typing = news.on;
    if (conversation === this.current) this.refresh();
  }

  async end() {
    const { current } = this;
    if (!current) return;
    try {
      const answer = await this.connection.ask("chat.end", { conversation: current.id });
      if (answer.error && answer.error !== "not_found") this.notify(this.texts.broken);
      else current.end("helper");
    } catch {
      this.notify(this.texts.offline);
    }
  }

  /**
   * @param {number} minutes
   * @param {string} reason
   */
  async giveTimeOut(minutes, reason) {
    const { current } = this;
    if (!current) return;
    try {
      const answer = await this.connection.ask("chat.time_out", { conversation: current.id, minutes, reason });
      if (answer.error) this.notify(answer.error === "not_found" ? this.texts.time_out_gone : this.texts.broken);
      else current.end("timeout");
    } catch {
      this.notify(this.texts.time_out_again);
    }
  }

  /** Takes a conversation that is over off the list, with everything of it on this page. */
  close() {
    if (!this.current?.ended) return;
    this.conversations.delete(this.current.id);
    this.current = null;
    warn(part(this.talk, "wrong"), "");
    this.composer.input.value = "";
    this.thread.clear();
    this.refresh();
    this.showPane("list");
  }

  /** @param {"list" | "talk"} pane */
  showPane(pane) {
    this.root.dataset.pane = pane;
  }

  /** @param {string} sentence */
  notify(sentence) {
    const line = part(this.root, "notice");
    say(line, sentence);
    window.clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => say(line, ""), NOTICE_STAYS);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "F4") this.nextConversation(event);
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea");
    if (event.key === "?" && !typing) part(this.root, "keys").click();
    const button = parts(this.root, `key="${event.key}"`).find((one) => one.offsetParent !== null && !one.hasAttribute("disabled"));
    if (button) {
      event.preventDefault();
      button.click();
    }
  }

  /** @param {Event} event */
  nextConversation(event) {
    event.preventDefault();
    const all = Array.from(this.conversations.values());
    if (!all.length) return;
    const index = this.current ? all.indexOf(this.current) : -1;
    this.open(all[(index + 1) % all.length]);
  }
}

const root = optional(document, "bench");
if (root) new HelperPage(root);
