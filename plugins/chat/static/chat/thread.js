// The messages of one conversation on the screen, and the field to write in.

import { copyOf, fill, part, say } from "../core/dom.js";

/** @typedef {{ clientId: string, mine: boolean, who: string, text: string, at?: string, state?: string }} Message */

/** The longest message in characters. */
const LONGEST_TEXT = 4000;
/** How far one of our own messages has come; it never goes back. */
const STATES = ["sending", "sent", "late", "arrived", "read"];
const NEAR_THE_LIMIT = 300;
const NEAR_THE_END = 80;

/** Bubbles in order: what arrived by its number, and below it what is still on its way. */
export class Thread {
  /**
   * @param {HTMLElement} root the part of the page that holds log and composer
   * @param {ParentNode} page where the templates are
   * @param {Record<string, any>} texts
   */
  constructor(root, page, texts) {
    this.page = page;
    this.texts = texts;
    this.log = part(root, "log");
    this.list = part(root, "messages");
    this.newest = part(root, "to-newest");
    this.typingLine = part(root, "typing");
    /** @type {Map<string, HTMLElement>} */
    this.bubbles = new Map();
    this.newest.onclick = () => this.toNewest();
    this.reading = false;
    this.log.addEventListener("scroll", () => this.onScroll());
    // A line above, a keyboard or a longer field below takes height away: the last message stays in sight.
    new ResizeObserver(() => this.reading || this.toNewest()).observe(this.log);
    this.list.addEventListener("click", (event) => this.toggleTime(event));
  }

  /** @param {Message} message one of this page's own that is on its way */
  showSending(message) {
    this.list.append(this.make(message));
    this.setState(message.clientId, "sending");
    this.toNewest();
  }

  /**
   * @param {string} clientId
   * @param {string} state
   */
  setState(clientId, state) {
    const bubble = this.bubbles.get(clientId);
    if (!bubble || STATES.indexOf(state) < STATES.indexOf(bubble.dataset.state ?? "")) return;
    bubble.dataset.state = state;
    part(bubble, "state").textContent = this.texts[`state_${state}`];
  }

  /** @param {Message} message the next one in order */
  showArrived(message) {
    const atEnd = this.isAtEnd();
    const bubble = this.bubbles.get(message.clientId) ?? this.make(message);
    this.setTime(bubble, message.at);
    bubble.classList.remove("failed");
    bubble.dataset.arrived = "";
    this.list.insertBefore(bubble, this.firstOnItsWay());
    if (message.mine) this.setState(message.clientId, message.state ?? "sent");
    if (atEnd || message.mine) this.toNewest();
    else this.newest.hidden = false;
  }

  /** @param {string} clientId */
  markFailed(clientId) {
    const bubble = this.bubbles.get(clientId);
    if (!bubble) return;
    part(bubble, "state").textContent = this.texts.state_failed;
    bubble.classList.add("failed");
  }

  /** @param {string} sentence */
  showNotice(sentence) {
    const notice = copyOf(this.page, 'notice');
    part(notice, "body").textContent = sentence;
    notice.dataset.arrived = "";
    const atEnd = this.isAtEnd();
    this.list.insertBefore(notice, this.firstOnItsWay());
    if (atEnd) this.toNewest();
  }

  /** The same, but never twice. @param {string} sentence */
  showOnce(sentence) {
    const said = Array.from(this.list.querySelectorAll(".notice [data-body]"));
    if (!said.some((one) => one.textContent === sentence)) this.showNotice(sentence);
  }

  /** @param {string} name empty: nobody types */
  showTyping(name) {
    const atEnd = this.isAtEnd();
    say(this.typingLine, name ? fill(this.texts.typing, { name }) : "");
    if (atEnd) this.toNewest();
  }

  /** Takes everything off the screen. */
  clear() {
    this.list.replaceChildren();
    this.bubbles.clear();
    this.newest.hidden = true;
    say(this.typingLine, "");
  }

  /** @param {Message} message */
  make(message) {
    const bubble = copyOf(this.page, "bubble");
    bubble.classList.add(message.mine ? "mine" : "theirs");
    part(bubble, "who").textContent = message.who;
    part(bubble, "body").textContent = message.text;
    this.setTime(bubble, message.at);
    this.bubbles.set(message.clientId, bubble);
    return bubble;
  }

  /**
   * @param {HTMLElement} bubble
   * @param {string} [at]
   */
  setTime(bubble, at) {
    if (!at) return;
    const time = /** @type {HTMLTimeElement} */ (part(bubble, "time"));
    time.dateTime = at;
    time.textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  }

  firstOnItsWay() {
    return Array.from(this.list.children).find((child) => !("arrived" in /** @type {HTMLElement} */ (child).dataset)) ?? null;
  }

  onScroll() {
    this.reading = !this.isAtEnd();
    if (!this.reading) this.newest.hidden = true;
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  toNewest() {
    this.log.scrollTop = this.log.scrollHeight;
    this.newest.hidden = true;
  }

  /** @param {Event} event */
  toggleTime(event) {
    const bubble = /** @type {HTMLElement} */ (event.target).closest(".bubble");
    if (bubble) bubble.classList.toggle("open");
  }
}

/**
 * Says that something is wrong, once for each sentence; it stays. An empty one takes all away.
 * @param {HTMLElement} box
 * @param {string} sentence
 */
export function warn(box, sentence) {
  if (!sentence) box.replaceChildren();
  else if (!Array.from(box.children).some((one) => one.textContent === sentence)) {
    box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  }
  box.hidden = !box.children.length;
}

/** The field to write in: says in time that a message is too long, never loses what was typed, tells that somebody types. */
export class Composer {
  /**
   * @param {HTMLElement} root
   * @param {Record<string, any>} texts
   * @param {{ send: (text: string) => void, typing: (on: boolean) => void }} told
   */
  constructor(root, texts, told) {
    this.texts = texts;
    this.told = told;
    this.form = /** @type {HTMLFormElement} */ (part(root, "composer"));
    this.input = /** @type {HTMLTextAreaElement} */ (part(root, "input"));
    this.counter = part(root, "counter");
    this.tooLong = part(root, "too-long");
    this.typing = false;
    this.timer = 0;
    this.form.onsubmit = (event) => this.onSubmit(event);
    this.input.oninput = () => this.onInput();
    this.input.onkeydown = (event) => this.onKey(event);
  }

  /** @param {Event} event */
  onSubmit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text || text.length > LONGEST_TEXT) {
      this.showLength();
      this.input.focus();
      return;
    }
    this.input.value = "";
    this.stopTyping();
    this.showLength();
    this.told.send(text);
    this.input.focus();
  }

  onInput() {
    this.showLength();
    window.clearTimeout(this.timer);
    if (!this.input.value.trim()) {
      this.stopTyping();
      return;
    }
    if (!this.typing) this.told.typing(true);
    this.typing = true;
    this.timer = window.setTimeout(() => this.stopTyping(), 4000);
  }

  stopTyping() {
    window.clearTimeout(this.timer);
    if (this.typing) this.told.typing(false);
    this.typing = false;
  }

  /** Enter sends, Shift+Enter begins a new line; on a phone Enter is a new line and the button sends. @param {KeyboardEvent} event */
  onKey(event) {
    const phone = window.matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !phone) {
      event.preventDefault();
      this.form.requestSubmit ? this.form.requestSubmit() : this.onSubmit(event);
    }
  }

  /** The field grows with what is written, as far as the style sheet lets it: a long story can be read back. */
  grow() {
    this.input.style.height = "auto";
    const edges = this.input.offsetHeight - this.input.clientHeight;
    if (this.input.scrollHeight) this.input.style.height = `${this.input.scrollHeight + edges}px`;
  }

  showLength() {
    this.grow();
    const left = LONGEST_TEXT - this.input.value.trim().length;
    say(this.counter, left <= NEAR_THE_LIMIT && left >= 0 ? fill(this.texts.counter, { n: left }) : "");
    say(this.tooLong, left < 0 ? fill(this.texts.too_long, { n: -left }) : "");
  }

  /** @param {string} text what could not be sent, back in the field if that is empty @param {string} sentence why */
  giveBack(text, sentence) {
    if (!this.input.value) this.input.value = text;
    this.grow();
    say(this.tooLong, sentence);
  }
}
