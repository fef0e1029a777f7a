// The help seeker's page: questions, waiting room, conversation, goodbye. What is said is sealed here, and stored nowhere.

import { Connection, newId } from "../core/connection.js";
import { askOnce, fill, part, say, values } from "../core/dom.js";
import { readTrust } from "../core/keys/list.js";
import { toText } from "../core/sealing/bytes.js";
import { Delivery } from "./delivery.js";
import { Intake, showStep } from "./intake.js";
import { SeekerTalk } from "./seeker_talk.js";
import { TabKeys } from "./tab_keys.js";
import { Composer, Thread, warn } from "./thread.js";

/** @typedef {{ state: "none" | "waiting" | "talking" | "ended", conversation?: string, helper?: string | null, ahead?: number, by?: string, helper_present?: boolean, shift?: { id: string } | null, half?: string | null }} State */

/** @typedef {{ danger: boolean, answers: Record<string, unknown>, conversation?: string, intake?: object }} Joining */

const LOST_AFTER = 1500;
const AGAIN_AFTER = 3000;
const END_RESTS = [500, 1500, 4000];
/** How often the server's half of what this tab keeps is handed in anew; it drops it after ten minutes. */
const KEEP_EVERY = 240000;

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
    this.helperIsHere = false;
    this.stopped = false;
    /** @type {Delivery | null} */
    this.delivery = null;
    /** @type {SeekerTalk | null} */
    this.talking = null;
    this.tab = new TabKeys(config.keep);
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
    if (!globalThis.crypto || !crypto.subtle) {
      this.turnAway(this.texts.wrong.browser); // never in plain text
      return;
    }
    this.connection.open();
    window.setInterval(() => this.keepHalf(), KEEP_EVERY);
    if (config.refused) this.turnAway(config.refused);
    else this.intake.begin();
  }

  listen() {
    const { connection, root } = this;
    connection.on("chat.place", (news) => this.showPlace(news.ahead));
    connection.on("chat.state", (news) => news.conversation === this.conversation && this.onState(news));
    connection.on("chat.entry", (entry) => entry.conversation === this.conversation && this.delivery?.take(entry));
    connection.on("chat.confirmed", (news) => news.conversation === this.conversation && this.talking?.onConfirmed(news));
    connection.on("chat.typing", (news) => news.sender === "helper" && this.thread.showTyping(news.on ? this.helper : ""));
    connection.on("chat.presence", (news) => news.who === "helper" && this.showHelper(news.present));
    document.addEventListener("visibilitychange", () => this.talking?.confirmAgain());
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
      if (this.talking?.isIn) this.catchUp(this.talking);
      if (this.wasLost && (this.step === "waiting" || this.step === "conversation")) this.sayBack();
      this.wasLost = false;
    } catch {
      this.onLost();
      window.clearTimeout(this.againTimer);
      this.againTimer = window.setTimeout(() => this.connection.isOpen && void this.onConnected(), AGAIN_AFTER);
    }
  }

  /** @param {SeekerTalk} talking */
  catchUp(talking) {
    this.keepHalf();
    void this.delivery?.resume();
    talking.confirmAgain();
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
    this.tryToJoin({ danger: answers.danger, answers: { ...answers } });
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
      const answer = place.error ? place : await this.takePlace(this.joining, place.conversation);
      if (answer.error) {
        say(this.status, answer.error === "too_fast" ? this.texts.too_fast : this.texts.broken);
        window.setTimeout(() => void this.sendJoin(), 3000);
        return;
      }
      this.joining = null;
      say(this.status, "");
      this.keepHalf();
      this.onState(/** @type {State} */ (/** @type {unknown} */ (answer)));
    } catch {
      window.setTimeout(() => this.connection.isOpen && void this.sendJoin(), 3000);
    }
  }

  /**
   * The intake is sealed for the conversation that it begins; a repeat is the same.
   * @param {Joining} joining
   * @param {string} conversation
   */
  async takePlace(joining, conversation) {
    if (joining.conversation !== conversation) {
      joining.conversation = conversation;
      joining.intake = await this.begin(conversation).begin(joining.answers);
    }
    return this.connection.ask("chat.join", { intake: joining.intake });
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
    if (state.state === "ended" && state.conversation !== this.conversation) return;
    if (state.conversation && state.conversation !== this.conversation) this.comeBack(state.conversation, state.half);
    this.talking?.setShift(state.shift);
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
    this.helper = "";
    this.thread.clear();
    this.talking?.stop();
    const delivery = (this.delivery = new Delivery(this.connection, conversation, "seeker", {
      arrived: (entry) => talking.take(entry),
      sent: (clientId) => talking.sent(clientId),
      refused: (clientId, reason) => this.onSendRefused(talking, clientId, reason),
      stuck: () => this.warn("missing"),
    }));
    const where = { tenant: this.config.tenant, conversation, side: /** @type {const} */ ("seeker") };
    const told = {
      message: (/** @type {string} */ id, /** @type {import("./delivery.js").Entry} */ entry, /** @type {string | null} */ text) => this.onMessage(id, entry, text),
      intake: () => undefined,
      state: (/** @type {string[]} */ ids, /** @type {string} */ state) => ids.forEach((id) => this.thread.setState(id, state)),
      refused: (/** @type {string} */ id, /** @type {string} */ reason) => this.giveBack(id, reason),
      wrong: (/** @type {string} */ kind) => this.warn(kind),
      note: (/** @type {string} */ name) => this.thread.showOnce(this.texts[`note_${name}`]),
      isReading: () => document.visibilityState === "visible",
      helper: (/** @type {string} */ name, /** @type {boolean} */ isFirst) => this.nameHelper(name, isFirst),
    };
    const talking = new SeekerTalk(where, this.connection, delivery, told, {
      checkShift: (certificate) => this.checkShift(certificate),
      tab: this.tab,
    });
    this.talking = talking;
    return talking;
  }

  /**
   * This page was opened anew in the middle of it.
   * @param {string} conversation
   * @param {string | null | undefined} half
   */
  comeBack(conversation, half) {
    this.joining = null;
    const talking = this.begin(conversation);
    const again = async () => {
      if (this.talking !== talking || !this.connection.isOpen) return;
      await talking.comeBack(half);
      if (talking.isIn) this.keepHalf();
      else window.setTimeout(() => void again(), AGAIN_AFTER);
    };
    void again();
  }

  keepHalf() {
    if (this.conversation && this.config.keep) this.connection.tell("chat.keep", { half: toText(this.tab.half) });
  }

  /**
   * The keys of a helper's shift, if the organisation's list of keys says that they are a helper's.
   * @param {unknown} certificate
   */
  async checkShift(certificate) {
    const { tenant, keys } = this.config;
    return (await readTrust({ tenant, address: keys })).shift(certificate);
  }

  /** Something is wrong, and nobody may be left in doubt about it. @param {string} kind */
  warn(kind) {
    warn(part(this.root, "wrong"), fill(this.texts.wrong[kind], { name: this.helper || this.texts.a_helper }));
  }

  /**
   * The name that the organisation vouches for. Whoever else comes to read along is shown too.
   * @param {string} name
   * @param {boolean} isFirst
   */
  nameHelper(name, isFirst) {
    this.helper = isFirst ? name : `${this.helper}, ${name}`;
    if (!isFirst) this.thread.showNotice(fill(this.texts.joined, { name }));
    if (this.step === "conversation") this.showHelper(this.helperIsHere);
  }

  /**
   * @param {string} helper
   * @param {boolean} present
   */
  talk(helper, present) {
    const first = this.helper === "";
    if (first) this.helper = helper;
    this.show("conversation");
    this.showHelper(present);
    if (first) this.thread.showNotice(fill(this.texts.arrived, { name: helper }));
  }

  /** @param {boolean} present */
  showHelper(present) {
    this.helperIsHere = present;
    if (!this.helper) return;
    if (present) this.talking?.confirmAgain();
    part(this.root, "presence").textContent = fill(present ? this.texts.presence : this.texts.presence_away, { name: this.helper });
    if (!present) this.thread.showTyping("");
  }

  /** @param {number} ahead */
  showPlace(ahead) {
    const key = ahead === 0 ? "place_first" : ahead === 1 ? "place_one" : "place_many";
    say(part(this.root, "place"), fill(this.texts[key], { n: ahead }));
    say(part(this.root, "range"), this.texts.range_unknown);
  }

  /**
   * @param {string} id
   * @param {import("./delivery.js").Entry} entry
   * @param {string | null} given null for what this page sent
   */
  onMessage(id, entry, given) {
    const text = given ?? this.texted.get(id);
    if (text === undefined) return;
    this.texted.delete(id);
    const mine = entry.sender === "seeker";
    if (!mine) this.thread.showTyping("");
    this.thread.showArrived({ clientId: id, mine, who: mine ? this.texts.you : this.helper, text, at: entry.at });
  }

  /** @param {string} text */
  send(text) {
    if (!this.talking) return;
    const clientId = newId();
    this.texted.set(clientId, text);
    this.thread.showSending({ clientId, mine: true, who: this.texts.you, text });
    this.talking.say(clientId, { text });
  }

  /**
   * @param {SeekerTalk} talking
   * @param {string} clientId
   * @param {string} reason
   */
  onSendRefused(talking, clientId, reason) {
    if (talking !== this.talking || talking.isTakenNumber(clientId, reason)) return;
    if (reason === "ended") void this.onConnected(); // the news of the end was lost: ask how it stands
    else this.giveBack(talking.mine.get(clientId) ?? clientId, reason);
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  giveBack(id, reason) {
    const text = this.texted.get(id);
    if (text === undefined) return;
    this.texted.delete(id);
    this.thread.markFailed(id);
    this.composer.giveBack(text, reason === "too_long" ? this.texts.wrong.long : this.texts.refused);
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
    this.talking?.stop();
    this.tab.forget();
    this.delivery = this.talking = null;
    this.conversation = "";
    warn(part(this.root, "wrong"), "");
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
    this.tab.forget();
    if (this.conversation) this.connection.say("chat.end", { conversation: this.conversation });
  }
}

const root = document.querySelector("[data-chat]");
if (root) new SeekerPage(/** @type {HTMLElement} */ (root));
