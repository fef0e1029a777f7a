// The two lists of the workbench: who waits, and my conversations.

import { copyOf, fill, part, say } from "../core/dom.js";

/**
 * @typedef {{ conversation: string, waited: number, danger: boolean, present: boolean }} Waiting
 * @typedef {{ total: number, waiting: Waiting[] }} Queue
 * @typedef {import("./helper_conversation.js").HelperConversation} HelperConversation
 */

/** Who waits: a number and a time, no name. The list is kept in place, so that a button does not move under a finger. */
export class WaitingList {
  /**
   * @param {HTMLElement} root
   * @param {Record<string, any>} texts
   * @param {(conversation: string) => void} take
   */
  constructor(root, texts, take) {
    this.root = root;
    this.texts = texts;
    this.take = take;
    this.list = part(root, "waiting");
    /** @type {Map<string, { item: HTMLElement, since: number }>} */
    this.items = new Map();
    window.setInterval(() => this.tellTimes(), 10000);
  }

  /** @param {Queue} queue */
  show(queue) {
    const now = Date.now();
    const here = new Set(queue.waiting.map((one) => one.conversation));
    for (const [id, { item }] of this.items) {
      if (!here.has(id)) {
        item.remove();
        this.items.delete(id);
      }
    }
    // Who is gone for a moment keeps the place, and stands below those who can be taken now.
    const order = [...queue.waiting.filter((one) => one.present), ...queue.waiting.filter((one) => !one.present)];
    order.forEach((one, index) => this.showOne(one, index, now - one.waited * 1000));
    part(this.root, "waiting-count").textContent = String(queue.total);
    part(this.root, "waiting-empty").hidden = queue.waiting.length > 0;
    this.tellTimes();
  }

  /**
   * @param {Waiting} one
   * @param {number} index
   * @param {number} since
   */
  showOne(one, index, since) {
    const known = this.items.get(one.conversation) ?? { item: this.make(one.conversation), since };
    this.items.set(one.conversation, known);
    const { item } = known;
    if (this.list.children[index] !== item) this.list.insertBefore(item, this.list.children[index] ?? null);
    part(item, "number").textContent = one.present ? String(index + 1) : "–";
    part(item, "danger").hidden = !one.danger;
    item.classList.toggle("in-danger", one.danger);
    part(item, "away").hidden = one.present;
    /** @type {HTMLButtonElement} */ (part(item, "take")).disabled = !one.present;
  }

  /** @param {string} conversation */
  make(conversation) {
    const item = copyOf(this.root, "waiting");
    part(item, "take").onclick = () => this.take(conversation);
    return item;
  }

  tellTimes() {
    const now = Date.now();
    for (const { item, since } of this.items.values()) {
      const minutes = Math.floor((now - since) / 60000);
      const key = minutes < 1 ? "since_new" : minutes === 1 ? "since_one" : "since_many";
      part(item, "since").textContent = fill(this.texts[key], { n: minutes });
    }
  }
}

/** My conversations, in the order in which I took them. */
export class OwnList {
  /**
   * @param {HTMLElement} root
   * @param {Record<string, any>} texts
   * @param {(conversation: HelperConversation) => void} open
   */
  constructor(root, texts, open) {
    this.root = root;
    this.texts = texts;
    this.open = open;
    this.list = part(root, "mine");
    /** @type {Map<string, HTMLElement>} */
    this.items = new Map();
  }

  /**
   * @param {Iterable<HelperConversation>} conversations
   * @param {HelperConversation | null} current
   */
  show(conversations, current) {
    const here = Array.from(conversations);
    for (const [id, item] of this.items) {
      if (!here.some((one) => one.id === id)) {
        item.remove();
        this.items.delete(id);
      }
    }
    for (const one of here) this.showOne(one, one === current);
    part(this.root, "mine-empty").hidden = here.length > 0;
  }

  /**
   * @param {HelperConversation} one
   * @param {boolean} current
   */
  showOne(one, current) {
    const item = this.items.get(one.id) ?? this.make(one);
    part(item, "name").textContent = one.name;
    part(item, "last").textContent = one.ended ? this.texts.ended : one.last;
    part(item, "away").hidden = one.present || one.ended;
    say(part(item, "unread"), one.unread ? String(one.unread) : "");
    const words = one.unread === 1 ? this.texts.unread_one : fill(this.texts.unread_many, { n: one.unread });
    part(item, "unread").setAttribute("aria-label", one.unread ? words : "");
    part(item, "open").setAttribute("aria-current", String(current));
  }

  /** @param {HelperConversation} one */
  make(one) {
    const item = copyOf(this.root, "mine");
    part(item, "open").onclick = () => this.open(one);
    this.items.set(one.id, item);
    this.list.append(item);
    return item;
  }
}
