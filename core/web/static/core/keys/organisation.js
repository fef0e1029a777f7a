// The page of the organisation's key: a coordinator makes it, opens it, signs and withdraws helpers' keys, makes copies.

import { askOnce, copyOf, fill, part, parts, say, values } from "../dom.js";
import { fromText, SealingRefused, toText } from "../sealing/bytes.js";
import { fingerprint, subtle } from "../sealing/keys.js";
import { canonicalPhrase, newWrappedSigningKey, rewrapSigningKey, unwrapSigningKey } from "../sealing/wrapping.js";
import { argon2idIn } from "./argon2id.js";
import { get, NotDone, post } from "./ask.js";
import { NoList, readTrust } from "./list.js";
import { firstList, NextList, standing } from "./root.js";
import { drawWords } from "./words.js";

const WORDS = 6;
const WORDS_ON_PAPER = 8;
const DAY_S = 24 * 3600;
const RENEW_WITHIN_S = 60 * DAY_S;

/**
 * @typedef {import("../sealing/bytes.js").Bytes} Bytes
 * @typedef {import("./root.js").Colleague} Colleague
 * @typedef {{ holder: string | null, root: string, wrapped: string | null }} Copy
 * @typedef {{ id: string, name: string, sign_in: string }} Coordinator
 * @typedef {{ now: number, copies: Copy[], coordinators: Coordinator[], helpers: Colleague[], new_key_counts_from: string | null }} State
 * @typedef {"first" | "own" | "renew" | "lost"} Purpose what words are drawn for
 * @typedef {{ root: import("../sealing/keys.js").SigningKey, blob: Bytes, owner: string, phrase: string }} Opened
 */

class KeysPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.texts = values(root, "texts");
    this.config = values(root, "config");
    this.argon2id = argon2idIn(this.config.worker);
    /** @type {Opened | null} The organisation's key, as long as this page is open. */
    this.opened = null;
    /** @type {import("../sealing/certificates.js").KeysDocument | null} */
    this.document = null;
    /** @type {Purpose} */
    this.purpose = "first";
    this.phrase = "";
    this.listen();
  }

  listen() {
    this.onClick("make-first", () => this.draw("first"));
    this.onClick("own-words", () => this.draw("own"));
    this.onClick("renew", () => askOnce(part(this.root, 'dialog="renew"'), () => this.draw("renew")));
    this.onClick("lost", () => askOnce(part(this.root, 'dialog="lost"'), () => this.draw("lost")));
    this.onClick("other-words", () => this.draw(this.purpose));
    this.onClick("never-mind", () => this.work(() => this.look()));
    this.onClick("done", () => this.work(() => this.look()));
    this.onClick("print", () => window.print());
    this.onClick("make-paper", () => this.work(() => this.makePaper()));
    this.onClick("withdraw", () => this.work(() => this.withdraw()));
    this.onSubmit("repeat", () => this.afterWords());
    this.onSubmit("unlock", () => this.unlock());
  }

  async look() {
    subtle();
    const { tenant, address } = this.config;
    /** @type {State} */
    this.state = await get("/sleutels/stand");
    try {
      this.document = (await readTrust({ tenant, address, remember: true })).document;
    } catch (error) {
      if (!(error instanceof NoList)) throw error;
      this.document = null;
    }
    this.showWaiting();
    if (!this.document) return this.show("none");
    await this.showDesk(this.document);
  }

  get now() {
    return /** @type {State} */ (this.state).now;
  }

  /** @param {Purpose} purpose */
  draw(purpose) {
    this.purpose = purpose;
    this.phrase = drawWords(this.config.words, WORDS);
    part(this.root, "words").textContent = this.phrase;
    this.field("repeat").value = "";
    this.show("words");
  }

  /** After the words were typed once. */
  async afterWords() {
    if (toText(canonicalPhrase(this.field("repeat").value)) !== toText(canonicalPhrase(this.phrase))) {
      return this.fault("repeat", this.texts.not_the_words);
    }
    if (this.purpose === "own") await this.copyTo(this.config.staff, this.phrase);
    else await this.publishNew(this.purpose, this.phrase);
    this.phrase = "";
    part(this.root, "words").textContent = "";
    this.field("repeat").value = "";
    await this.look();
  }

  /**
   * @param {Purpose} purpose
   * @param {string} phrase
   */
  async publishNew(purpose, phrase) {
    const { tenant, staff } = this.config;
    const { blob, key } = await newWrappedSigningKey(this.argon2id, phrase, tenant, staff);
    const copies = JSON.stringify([{ holder: staff, wrapped: toText(blob) }]);
    await post("/sleutels/lijst", this.config.csrf, { list: await this.listUnder(key, purpose), copies });
    if (purpose !== "lost") this.opened = { root: key, blob, owner: staff, phrase };
  }

  /**
   * @param {import("../sealing/keys.js").SigningKey} key
   * @param {Purpose} purpose
   */
  listUnder(key, purpose) {
    if (!this.document) return firstList(key, this.config.tenant, this.now);
    const old = purpose === "renew" && this.opened ? this.opened.root : null;
    return this.next().signRenewed(key, old);
  }

  next() {
    if (!this.document || !this.state) throw new Error("there is no list to go on from");
    return new NextList(this.document, this.state.helpers, this.now);
  }

  /** Opens the key with one's own words, or with those on paper. */
  async unlock() {
    const phrase = this.field("unlock").value;
    for (const { holder, wrapped } of this.copies()) {
      const owner = holder || this.config.tenant;
      const opened = wrapped ? await this.tryToOpen(fromText(wrapped), owner, phrase) : null;
      if (opened) {
        this.opened = { root: opened, blob: fromText(/** @type {string} */ (wrapped)), owner, phrase };
        this.field("unlock").value = "";
        return this.look();
      }
    }
    return this.fault("unlock", this.texts.wrong_words);
  }

  /**
   * @param {Bytes} blob
   * @param {string} owner
   * @param {string} phrase
   */
  async tryToOpen(blob, owner, phrase) {
    if (!this.document) return null;
    const whose = { tenant: this.config.tenant, owner, publicBytes: this.document.says.root };
    try {
      return await unwrapSigningKey(this.argon2id, blob, phrase, whose);
    } catch (error) {
      if (error instanceof SealingRefused && error.code === "wrong_phrase") return null;
      throw error;
    }
  }

  /** The copies of the key that counts, one's own first. */
  copies() {
    const { document, state } = this;
    const now = document ? toText(document.says.root) : "";
    const those = state ? state.copies.filter((copy) => copy.root === now) : [];
    return those.sort((left, right) => Number(left.holder === null) - Number(right.holder === null));
  }

  /**
   * @param {string | null} holder nobody: paper
   * @param {string} phrase
   */
  async copyTo(holder, phrase) {
    if (!this.opened) throw new Error("the key is not open");
    const { tenant, csrf } = this.config;
    const { blob, owner, root } = this.opened;
    const from = { tenant, owner, phrase: this.opened.phrase };
    const copy = await rewrapSigningKey(this.argon2id, blob, from, { owner: holder || tenant, phrase });
    const copies = JSON.stringify([{ holder, wrapped: toText(copy) }]);
    await post("/sleutels/kopie", csrf, { root: toText(root.public), copies });
  }

  async makePaper() {
    const phrase = drawWords(this.config.words, WORDS_ON_PAPER);
    await this.copyTo(null, phrase);
    part(this.root, "paper-words").textContent = phrase;
    part(this.root, "paper-digits").textContent = part(this.root, "digits").textContent;
    part(this.root, "paper-date").textContent = this.dated(this.now);
    this.show("paper");
  }

  /** @param {Coordinator} colleague */
  async makeCopy(colleague) {
    const phrase = drawWords(this.config.words, WORDS);
    await this.copyTo(colleague.id, phrase);
    part(this.root, "their-words").textContent = phrase;
    part(this.root, "whose-words").textContent = fill(this.texts.hand_over, { name: colleague.name });
    this.show("handover");
  }

  async withdraw() {
    await post("/sleutels/tegenhouden", this.config.csrf, {});
    await this.look();
  }

  /** @param {(list: NextList) => void} change */
  async publish(change) {
    if (!this.opened) return;
    const list = this.next();
    change(list);
    await post("/sleutels/lijst", this.config.csrf, { list: await list.sign(this.opened.root) });
    await this.look();
  }

  showWaiting() {
    const { new_key_counts_from: time } = /** @type {State} */ (this.state);
    part(this.root, "waiting").hidden = !time;
    part(this.root, "counts-from").textContent = time ? fill(this.texts.counts_from, { time }) : "";
  }

  /** @param {import("../sealing/certificates.js").KeysDocument} document */
  async showDesk(document) {
    part(this.root, "digits").textContent = await fingerprint(document.says.root);
    const state = /** @type {State} */ (this.state);
    const items = await Promise.all(state.helpers.map((helper) => this.helperItem(document, helper)));
    part(this.root, "helpers").replaceChildren(...items);
    part(this.root, "no-helpers").hidden = items.length > 0;
    const copies = this.copies();
    const hasCopy = (/** @type {string | null} */ id) => copies.some((copy) => copy.holder === id);
    part(this.root, "coordinators").replaceChildren(...state.coordinators.map((one) => this.coordinatorItem(one, hasCopy(one.id))));
    part(this.root, "few-copies").hidden = copies.filter((copy) => copy.holder).length > 1 && hasCopy(null);
    say(part(this.root, "has-paper"), hasCopy(null) ? this.texts.has_paper : this.texts.no_paper);
    const mayOpen = copies.some((copy) => copy.wrapped);
    part(this.root, "locked").hidden = this.opened !== null || !mayOpen;
    part(this.root, "locked-out").hidden = this.opened !== null || mayOpen;
    for (const one of parts(this.root, "with-key")) one.hidden = this.opened === null;
    this.show("desk");
  }

  /**
   * @param {import("../sealing/certificates.js").KeysDocument} document
   * @param {Colleague} helper
   */
  async helperItem(document, helper) {
    const item = copyOf(this.root, "helper");
    const { state, ends } = standing(document, helper, this.now);
    const key = helper.public ? fromText(helper.public) : null;
    const waits = state === "waits" || state === "expired";
    part(item, "name").textContent = helper.name;
    part(item, "sign-in").textContent = helper.sign_in;
    part(item, "state").textContent = fill(this.texts.state[state], { date: this.dated(ends) });
    part(item, "compare").hidden = !waits || !this.opened;
    part(item, "key-digits").textContent = key && waits ? await fingerprint(key) : "";
    const until = /** @type {HTMLInputElement} */ (part(item, "until"));
    until.value = dayOf(this.now + 365 * DAY_S);
    until.min = dayOf(this.now + DAY_S);
    part(item, "approve").onclick = () => this.work(() => this.publish((list) => key && list.approve(helper, key, secondsOf(until.value))));
    const renew = part(item, "extend");
    renew.hidden = !this.opened || state !== "approved" || ends - this.now > RENEW_WITHIN_S;
    renew.onclick = () => this.work(() => this.publish((list) => key && list.approve(helper, key, this.now + 365 * DAY_S)));
    const revoke = part(item, "revoke");
    revoke.hidden = !this.opened || state === "none" || !document.says.helpers.some(({ says }) => says.id === helper.id);
    revoke.onclick = () => this.revoke(helper);
    return item;
  }

  /** @param {Colleague} helper */
  revoke(helper) {
    const dialog = part(this.root, 'dialog="revoke"');
    part(dialog, "who").textContent = fill(this.texts.revoke, { name: helper.name });
    askOnce(dialog, () => this.work(() => this.publish((list) => list.revoke(helper.id))));
  }

  /**
   * @param {Coordinator} colleague
   * @param {boolean} has
   */
  coordinatorItem(colleague, has) {
    const item = copyOf(this.root, "coordinator");
    const mine = colleague.id === this.config.staff;
    part(item, "name").textContent = colleague.name;
    part(item, "sign-in").textContent = colleague.sign_in;
    part(item, "state").textContent = has ? this.texts.has_words : this.texts.no_words;
    const give = part(item, "give-words");
    give.hidden = !this.opened || mine;
    give.onclick = () => this.work(() => this.makeCopy(colleague));
    return item;
  }

  /**
   * Shows one part of the page, with the focus on its heading where it is another one.
   * @param {string} name
   */
  show(name) {
    const before = parts(this.root, "step").find((one) => !one.hidden);
    for (const one of parts(this.root, "step")) one.hidden = one.dataset.step !== name;
    if (before && before.dataset.step !== name) part(part(this.root, `step="${name}"`), "heading").focus();
  }

  /**
   * Does one thing at a time, and says what went wrong.
   * @param {() => void | Promise<void>} work
   */
  async work(work) {
    if (this.root.getAttribute("aria-busy") === "true") return;
    this.root.setAttribute("aria-busy", "true");
    say(part(this.root, "fault"), "");
    say(part(this.root, "patience"), this.texts.patience);
    try {
      await work();
    } catch (error) {
      if (error instanceof SealingRefused && error.code === "not_possible") this.show("impossible");
      else say(part(this.root, "fault"), this.sentence(error));
    } finally {
      this.root.removeAttribute("aria-busy");
      say(part(this.root, "patience"), "");
    }
  }

  /** @param {unknown} error */
  sentence(error) {
    if (error instanceof NotDone) return error.message;
    if (error instanceof SealingRefused) return this.texts.refused[error.code] || this.texts.refused.other;
    return this.texts.broken;
  }

  /**
   * @param {string} form
   * @param {string} sentence
   */
  fault(form, sentence) {
    say(part(this.root, `fault-of="${form}"`), sentence);
    this.field(form).setAttribute("aria-invalid", "true");
    this.field(form).focus();
  }

  /** @param {string} form */
  field(form) {
    return /** @type {HTMLInputElement} */ (part(this.root, `field="${form}"`));
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  onClick(name, act) {
    for (const button of parts(this.root, name)) button.onclick = act;
  }

  /**
   * @param {string} name
   * @param {() => Promise<void>} act
   */
  onSubmit(name, act) {
    part(this.root, `form="${name}"`).onsubmit = (event) => {
      event.preventDefault();
      this.field(name).removeAttribute("aria-invalid");
      say(part(this.root, `fault-of="${name}"`), "");
      void this.work(act);
    };
  }

  /** @param {number} at in seconds */
  dated(at) {
    return new Date(at * 1000).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
  }
}

/** @param {number} at in seconds */
function dayOf(at) {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

/**
 * The end of a day.
 * @param {string} day
 */
function secondsOf(day) {
  return Math.floor(Date.parse(`${day}T23:59:59Z`) / 1000);
}

const page = new KeysPage(part(document, "keys"));
void page.work(() => page.look());
