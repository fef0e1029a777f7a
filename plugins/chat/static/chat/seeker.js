// The help seeker's page: questions, waiting room, conversation, goodbye. Nothing of it is stored in the browser.

import { Connection, newId } from "../core/connection.js";
import { askOnce, fill, part, say, values } from "../core/dom.js";
import { VERSION, pack, unpack } from "./body.js";
import { Delivery } from "./delivery.js";
import { Intake, showStep } from "./intake.js";
import { Composer, Thread } from "./thread.js";

/** @typedef {{ state: "none" | "waiting" | "talking" | "ended", conversation?: string, helper?: string | null, ahead?: number, by?: string, helper_present?: boolean }} State */

/** @typedef {{ danger: boolean, intake: object }} Joining */

const LOST_AFTER = 1500;
const AGAIN_AFTER = 3000;
const END_RESTS = [500, 1500, 4000];

class SeekerPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.texts = values(root, "texts");
    const config = (this.config = values(root, "config"));
    this.status = part(root, "status");
    this.step = "";
    this.conversation = "";
    this.helper = "";
    this.stopped = false;
    /** @type {Delivery | null} */
    this.delivery = null;
    /** @type {Joining | null} the intake on its way, kept so that a repeat is the same */
    this.joining = null;
    /** @type {Promise<import("../core/connection.js").Answer> | null} while a place is asked for */
    this.asking = null;
    /** @type {Joining | null} the same, of somebody who may not begin now, kept to try again */
    this.turnedAway = null;
    this.wasLost = false;
    this.lostTimer = 0;
    this.againTimer = 0;
    /** @type {Map<string, string>} what is on its way, to give back if it is refused */
    this.texted = new Map();
    this.thread = new Thread(part(root, 'step="conversation"'), root, this.texts);
    this.composer = new Composer(part(root, 'step="conversation"'), this.texts, {
      send: (text) => this.send(text),
      typing: (on) => this.connection.say("chat.typing", { conversation: this.conversation, on }),
    });
    this.intake = new Intake(root, config.questions, this.texts, {
      show: (step) => this.show(step),
      done: (answers) => this.join(answers),
    });
    this.connection = new Connection({
      address: config.realtime,
      csrf: config.csrf,
      connected: () => void this.onConnected(),
      lost: () => this.onLost(),
      refused: (reason) => this.onRefused(reason),
    });
    this.listen();
    this.connection.open();
    if (config.refused) this.turnAway(config.refused);
    else this.intake.begin();
  }

  listen() {
    const { connection, root } = this;
    connection.on("chat.place", (news) => this.showPlace(news.ahead));
    connection.on("chat.state", (news) => news.conversation === this.conversation && this.onState(news));
    connection.on("chat.entry", (entry) => entry.conversation === this.conversation && this.delivery?.take(entry));
    connection.on("chat.typing", (news) => news.sender === "helper" && this.thread.showTyping(news.on ? this.helper : ""));
    connection.on("chat.presence", (news) => news.who === "helper" && this.showHelper(news.present));
    part(root, "stop").onclick = () => askOnce(part(root, 'dialog="stop"'), () => void this.end());
    part(root, "end").onclick = () => askOnce(part(root, 'dialog="end"'), () => void this.end());
    part(root, "again").onclick = () => this.intake.begin();
    part(root, "retry").onclick = () => (this.turnedAway ? this.tryToJoin(this.turnedAway) : window.location.reload());
    document.addEventListener("luwte:leave", () => this.leave());
    const viewport = window.visualViewport;
    viewport?.addEventListener("resize", () => {
      document.documentElement.style.setProperty("--luwte-viewport", `${viewport.height}px`);
    });
  }

  /** @param {string} step */
  show(step) {
    if (this.step === step) return;
    this.step = step;
    showStep(this.root, step);
  }

  async onConnected() {
    window.clearTimeout(this.lostTimer);
    try {
      const state = /** @type {State} */ (await this.connection.ask("chat.hello", {}));
      say(this.status, "");
      if (this.joining) await this.sendJoin();
      else if (state.state === "waiting" || state.state === "talking") this.onState(state);
      else if (this.conversation) this.onMissedEnd(state);
      if (this.wasLost && (this.step === "waiting" || this.step === "conversation")) this.sayBack();
      this.wasLost = false;
    } catch {
      this.onLost();
      window.clearTimeout(this.againTimer);
      this.againTimer = window.setTimeout(() => this.connection.isOpen && void this.onConnected(), AGAIN_AFTER);
    }
  }

  /** It ended while this page was away. @param {State} state */
  onMissedEnd(state) {
    if (state.conversation === this.conversation) this.onState(state);
    else this.goodbye("silence");
  }

  sayBack() {
    say(this.status, this.step === "waiting" ? this.texts.back : this.texts.back_talking);
    window.setTimeout(() => this.connection.isOpen && say(this.status, ""), 6000);
  }

  onLost() {
    window.clearTimeout(this.lostTimer);
    this.delivery?.pause();
    if (this.stopped) return;
    const sentence = { waiting: this.texts.offline_waiting, conversation: this.texts.offline }[this.step] ?? this.texts.connecting;
    const quiet = !this.joining && !this.conversation;
    this.lostTimer = window.setTimeout(() => {
      this.wasLost = true;
      if (!quiet) say(this.status, sentence);
    }, LOST_AFTER);
  }

  /** @param {string} reason */
  onRefused(reason) {
    if (reason === "time_out") window.location.reload();
    this.wasLost = true;
    say(this.status, reason === "closed" ? this.texts.broken : this.texts.connecting);
  }

  /** @param {import("./intake.js").Answers} answers */
  join(answers) {
    const { danger, ...rest } = answers;
    this.tryToJoin({ danger, intake: { client_id: newId(), version: VERSION, body: pack({ danger, ...rest }) } });
  }

  /** @param {Joining} joining */
  tryToJoin(joining) {
    this.joining = joining;
    this.turnedAway = null;
    this.show("waiting");
    say(part(this.root, "place"), this.texts.connecting);
    say(part(this.root, "range"), "");
    if (this.connection.isOpen) void this.sendJoin();
  }

  async sendJoin() {
    if (!this.joining) return;
    try {
      const place = await this.askForPlace(this.joining.danger);
      if (!this.joining) return; // they stopped waiting before they had a place
      if (place.refused) {
        this.turnAway(place.refused);
        return;
      }
      const answer = place.error ? place : await this.connection.ask("chat.join", { intake: this.joining.intake });
      if (answer.error) {
        say(this.status, answer.error === "too_fast" ? this.texts.too_fast : this.texts.broken);
        window.setTimeout(() => void this.sendJoin(), 3000);
        return;
      }
      this.joining = null;
      say(this.status, "");
      this.onState(/** @type {State} */ (/** @type {unknown} */ (answer)));
    } catch {
      window.setTimeout(() => this.connection.isOpen && void this.sendJoin(), 3000);
    }
  }

  /**
   * Somebody may only wait if all agree; asked again, the place is the same. One asking at a time: it may take a moment.
   * @param {boolean} danger
   * @returns {Promise<import("../core/connection.js").Answer>}
   */
  askForPlace(danger) {
    this.asking = this.asking || this.comeIn(danger).finally(() => (this.asking = null));
    return this.asking;
  }

  /**
   * When very many come at once, something is asked first; the waiting room says so.
   * @param {boolean} danger
   * @returns {Promise<import("../core/connection.js").Answer>}
   */
  async comeIn(danger) {
    let place = await this.postWish(danger, {});
    while (place.first && this.joining) {
      const minutes = Math.ceil(place.first.wait / 60);
      const sentence = minutes > 1 ? this.texts.crowded_minutes : this.texts.crowded;
      say(part(this.root, "place"), fill(sentence, { seconds: place.first.wait, minutes }));
      const { doFirst } = await import("../core/door.js");
      place = await this.postWish(danger, await doFirst(place.first));
    }
    return place;
  }

  /**
   * @param {boolean} danger
   * @param {Record<string, string>} brought
   * @returns {Promise<import("../core/connection.js").Answer>}
   */
  async postWish(danger, brought) {
    const body = new URLSearchParams({ danger: danger ? "yes" : "no", ...brought });
    const answer = await fetch(this.config.wait, { method: "POST", headers: { "X-CSRF-Token": this.config.csrf }, body });
    return answer.ok && !answer.redirected ? answer.json() : { error: "failed" };
  }

  /** Nobody may begin now. What was answered is kept. @param {string} sentence */
  turnAway(sentence) {
    this.turnedAway = this.joining;
    this.joining = null;
    part(this.root, "refusal").textContent = sentence;
    say(this.status, "");
    this.show("refused");
  }

  /** @param {State} state */
  onState(state) {
    if (state.conversation && state.conversation !== this.conversation) this.begin(state.conversation);
    if (state.state === "waiting") {
      this.show("waiting");
      this.showPlace(state.ahead ?? 0);
    } else if (state.state === "talking") {
      this.talk(state.helper ?? "", state.helper_present !== false);
    } else if (state.state === "ended" && state.by === "timeout") {
      window.location.reload(); // the page that says why, until when, and whom to call
    } else if (state.state === "ended") {
      this.goodbye(state.by === "seeker" && this.step === "waiting" ? "waiting" : (state.by ?? "helper"));
    }
  }

  /** @param {string} conversation */
  begin(conversation) {
    this.conversation = conversation;
    this.joining = null;
    this.helper = "";
    this.thread.clear();
    this.delivery = new Delivery(this.connection, conversation, "seeker", {
      arrived: (entry) => this.onEntry(entry),
      sent: (clientId) => this.texted.delete(clientId),
      refused: (clientId, reason) => this.onSendRefused(clientId, reason),
    });
  }

  /**
   * @param {string} helper
   * @param {boolean} present
   */
  talk(helper, present) {
    const first = this.helper === "";
    this.helper = helper;
    this.show("conversation");
    this.showHelper(present);
    if (first) this.thread.showNotice(fill(this.texts.arrived, { name: helper }));
    void this.delivery?.resume();
  }

  /** @param {boolean} present */
  showHelper(present) {
    if (!this.helper) return;
    part(this.root, "presence").textContent = fill(present ? this.texts.presence : this.texts.presence_away, { name: this.helper });
    if (!present) this.thread.showTyping("");
  }

  /** @param {number} ahead */
  showPlace(ahead) {
    const key = ahead === 0 ? "place_first" : ahead === 1 ? "place_one" : "place_many";
    say(part(this.root, "place"), fill(this.texts[key], { n: ahead }));
    say(part(this.root, "range"), this.texts.range_unknown);
  }

  /** @param {import("./delivery.js").Entry} entry */
  onEntry(entry) {
    if (entry.kind !== "message") return;
    const content = unpack(entry.version, entry.body);
    if (!content || typeof content.text !== "string") return;
    const mine = entry.sender === "seeker";
    if (!mine) this.thread.showTyping("");
    this.thread.showArrived({
      clientId: entry.client_id,
      mine,
      who: mine ? this.texts.you : this.helper,
      text: content.text,
      at: entry.at,
    });
  }

  /** @param {string} text */
  send(text) {
    if (!this.delivery) return;
    const clientId = this.delivery.send(pack({ text }), VERSION);
    this.texted.set(clientId, text);
    this.thread.showSending({ clientId, mine: true, who: this.texts.you, text });
  }

  /**
   * @param {string} clientId
   * @param {string} reason
   */
  onSendRefused(clientId, reason) {
    const text = this.texted.get(clientId) ?? "";
    this.texted.delete(clientId);
    this.thread.markFailed(clientId);
    if (reason === "ended") void this.onConnected(); // the news of the end was lost: ask how it stands
    else this.composer.giveBack(text, this.texts.refused);
  }

  /** Who wants to stop must not have to ask twice because of something that passes. */
  async end() {
    const conversation = this.conversation;
    if (!conversation) {
      this.goodbye("waiting");
      return;
    }
    try {
      let answer = await this.connection.ask("chat.end", { conversation });
      for (const rest of END_RESTS) {
        if (!answer.error || this.conversation !== conversation) break;
        await new Promise((resolve) => window.setTimeout(resolve, rest));
        answer = await this.connection.ask("chat.end", { conversation });
      }
      if (answer.error) say(this.status, this.texts.broken);
      else this.goodbye(this.step === "waiting" ? "waiting" : "seeker");
    } catch {
      say(this.status, this.texts.offline);
    }
  }

  /** @param {string} by */
  goodbye(by) {
    if (!this.conversation && !this.joining) return;
    this.joining = null;
    window.clearTimeout(this.lostTimer);
    this.delivery?.stop();
    this.delivery = null;
    this.conversation = "";
    this.thread.clear();
    this.composer.input.value = "";
    part(this.root, "after-title").textContent = this.helper ? this.texts.after_title : this.texts.after_title_waiting;
    part(this.root, "after-text").textContent = this.texts[`after_${by}`] ?? this.texts.after_helper;
    say(this.status, "");
    this.show("after");
  }

  /** The page is being left at once: end the conversation if there is still a moment for it, and be silent. */
  leave() {
    this.stopped = true;
    if (this.conversation) this.connection.say("chat.end", { conversation: this.conversation });
  }
}

const root = document.querySelector("[data-chat]");
if (root) new SeekerPage(/** @type {HTMLElement} */ (root));
