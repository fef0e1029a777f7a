// A helper's shift: on the first day they make their key, on every other they begin and stop.

import { fill, part, parts, say, values } from "../dom.js";
import { fromText, SealingRefused, toText } from "../sealing/bytes.js";
import { certifyShift } from "../sealing/issuing.js";
import { fingerprint, SealingKey, SigningKey, subtle } from "../sealing/keys.js";
import { canonicalPhrase, newWrappedSigningKey, unwrapSigningKey } from "../sealing/wrapping.js";
import { argon2idIn } from "./argon2id.js";
import { get, NotDone, post } from "./ask.js";
import { NoList, readTrust } from "./list.js";
import { isRevoked } from "./root.js";
import { forgetShifts, keepShift, onShiftChange, openShift } from "./shift.js";
import { drawWords } from "./words.js";

const WORDS = 5;
const LONGEST_S = 5 * 3600;
const LOOK_EVERY_MS = 4000;
const CLOCK_OFF_S = 240;
const ENDS_SOON_S = 15 * 60;

/**
 * @typedef {"impossible" | "make" | "repeat" | "wait" | "begin" | "elsewhere" | "open"} Step
 * @typedef {{ now: number, identity: { public: string, wrapped: string } | null, shift: { id: string, until: string } | null }} State
 */

class ShiftPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.texts = values(root, "texts");
    this.config = values(root, "config");
    this.argon2id = argon2idIn(this.config.worker);
    this.phrase = "";
    /** Whether what is made takes the place of what is there. */
    this.anew = false;
    this.timer = 0;
    this.listen();
  }

  listen() {
    this.onClick("other-words", () => this.propose());
    this.onClick("written-down", () => this.show("repeat"));
    this.onClick("back-to-words", () => this.show("make"));
    this.onClick("forgot", () => this.makeAnew());
    this.onClick("give-up", () => this.giveUp());
    this.onClick("stop", () => void this.busy(() => this.stop()));
    this.onSubmit("repeat", () => this.make());
    this.onSubmit("begin", () => this.begin());
    onShiftChange(() => void this.busy(() => this.look()));
  }

  /** What to show now. */
  async look() {
    window.clearTimeout(this.timer);
    subtle();
    /** @type {State} */
    const state = await get("/dienst/stand");
    this.state = state;
    this.skew = state.now - Date.now() / 1000;
    if (Math.abs(this.skew) > CLOCK_OFF_S) throw new NotDone("not_yet", this.texts.clock);
    const shift = await openShift(this.config.tenant);
    if (!state.identity) return this.propose();
    if (shift && state.shift && shift.id === state.shift.id) return this.showOpen(shift.ends, state.shift.until);
    const standing = await this.standing(state.identity.public);
    if (standing === "revoked") return this.replaceRevoked();
    if (standing === "waits") return this.showWait(state.identity.public);
    this.show(state.shift && !this.anew ? "elsewhere" : "begin");
  }

  /**
   * Whether the helper's key counts, by the public list.
   * @param {string} publicText
   * @returns {Promise<"counts" | "waits" | "revoked">}
   */
  async standing(publicText) {
    try {
      const { document } = await readTrust({ tenant: this.config.tenant, address: this.config.address, remember: true });
      if (isRevoked(document, fromText(publicText))) return "revoked";
      const helper = await document.helper(this.config.staff, "helper", Math.floor(Date.now() / 1000 + (this.skew || 0)));
      return toText(helper.says.key) === publicText ? "counts" : "waits";
    } catch (error) {
      const notYet = error instanceof SealingRefused && ["unknown_helper", "revoked", "expired"].includes(error.code);
      if (notYet || error instanceof NoList) return "waits";
      throw error;
    }
  }

  replaceRevoked() {
    this.makeAnew();
    say(part(this.root, "fault"), this.texts.revoked);
  }

  propose() {
    this.phrase = drawWords(this.config.words, WORDS);
    part(this.root, "words").textContent = this.phrase;
    this.field("repeat").value = "";
    this.show("make");
  }

  makeAnew() {
    this.anew = true;
    this.propose();
  }

  giveUp() {
    this.anew = true;
    this.show("begin");
  }

  /** After the words were typed once: somebody has them, and not the screen alone. */
  async make() {
    if (!sameWords(this.field("repeat").value, this.phrase)) return this.fault("repeat", this.texts.not_the_words);
    const { tenant, staff, csrf } = this.config;
    const { blob, key } = await newWrappedSigningKey(this.argon2id, this.phrase, tenant, staff);
    const anew = this.anew ? "yes" : "";
    await post("/dienst/sleutel", csrf, { public: toText(key.public), wrapped: toText(blob), anew });
    this.anew = false;
    this.phrase = "";
    part(this.root, "words").textContent = "";
    this.field("repeat").value = "";
    await this.look();
  }

  /** @param {string} publicText */
  async showWait(publicText) {
    part(this.root, "digits").textContent = await fingerprint(fromText(publicText));
    this.show("wait");
    this.timer = window.setTimeout(() => void this.busy(() => this.look()), LOOK_EVERY_MS);
  }

  async begin() {
    const { tenant, staff, csrf } = this.config;
    const identity = await this.unwrapped();
    if (!identity) return this.fault("begin", this.texts.wrong_words);
    const [sealing, signing] = [await SealingKey.create(), await SigningKey.create()];
    const begins = Math.floor(Date.now() / 1000 + (this.skew || 0));
    const says = { tenant, helper: staff, id: newId(), sealing: sealing.public, signing: signing.public, begins, ends: begins + LONGEST_S };
    const certificate = await certifyShift(identity, { ...says, ends: Math.min(says.ends, await this.certifiedUntil()) });
    await keepShift(tenant, certificate, sealing, signing);
    const { certificate: form } = /** @type {import("./shift.js").OpenShift} */ (await openShift(tenant));
    try {
      await post("/dienst/begin", csrf, { certificate: JSON.stringify(form), anew: this.anew ? "yes" : "" });
    } catch (error) {
      if (error instanceof NotDone) await forgetShifts();
      throw error;
    }
    this.anew = false;
    this.field("begin").value = "";
    if (this.config.way_on !== "/") return location.assign(this.config.way_on);
    await this.look();
  }

  /** The helper's own key; null when these are not the words. */
  async unwrapped() {
    const { identity } = /** @type {State} */ (this.state);
    if (!identity) throw new Error("there is no key to open");
    const { tenant, staff: owner } = this.config;
    const whose = { tenant, owner, publicBytes: fromText(identity.public) };
    try {
      return await unwrapSigningKey(this.argon2id, fromText(identity.wrapped), this.field("begin").value, whose);
    } catch (error) {
      if (error instanceof SealingRefused && error.code === "wrong_phrase") return null;
      throw error;
    }
  }

  /** A shift may not last longer than the helper's key counts. */
  async certifiedUntil() {
    const { document } = await readTrust({ tenant: this.config.tenant, address: this.config.address, remember: true });
    const found = document.says.helpers.find((helper) => helper.says.id === this.config.staff);
    return found ? found.says.ends : 0;
  }

  async stop() {
    await post("/dienst/stop", this.config.csrf, {});
    await forgetShifts();
    await this.look();
  }

  /**
   * @param {number} ends
   * @param {string} time the same, in words
   */
  showOpen(ends, time) {
    part(this.root, "until").textContent = fill(this.texts.until, { time });
    part(this.root, "ends-soon").hidden = ends - Date.now() / 1000 > ENDS_SOON_S;
    this.show("open");
    this.timer = window.setTimeout(() => void this.busy(() => this.look()), 60 * 1000);
  }

  /**
   * Shows one step, with the focus on its heading where it is a new one.
   * @param {Step} step
   */
  show(step) {
    const before = parts(this.root, "step").find((one) => !one.hidden);
    for (const one of parts(this.root, "step")) one.hidden = one.dataset.step !== step;
    if (before && before.dataset.step !== step) part(part(this.root, `step="${step}"`), "heading").focus();
  }

  /**
   * Does one thing at a time, and says what went wrong.
   * @param {() => void | Promise<void>} work
   */
  async busy(work) {
    if (this.root.getAttribute("aria-busy") === "true") return;
    this.root.setAttribute("aria-busy", "true");
    say(part(this.root, "fault"), "");
    try {
      await work();
    } catch (error) {
      this.onFault(error);
    } finally {
      this.root.removeAttribute("aria-busy");
      say(part(this.root, "patience"), "");
    }
  }

  /** @param {unknown} error */
  onFault(error) {
    if (error instanceof SealingRefused && error.code === "not_possible") return this.show("impossible");
    if (error instanceof NotDone && error.code === "shift_open") this.show("elsewhere");
    const refused = error instanceof SealingRefused ? this.texts.refused[error.code] || this.texts.refused.other : this.texts.broken;
    say(part(this.root, "fault"), error instanceof NotDone ? error.message : refused);
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

  /**
   * The field of a form.
   * @param {string} form
   */
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
      say(part(this.root, "patience"), this.texts.patience);
      void this.busy(act);
    };
  }
}

/**
 * @param {string} left
 * @param {string} right
 */
function sameWords(left, right) {
  return toText(canonicalPhrase(left)) === toText(canonicalPhrase(right));
}

/** A random id. `randomUUID` is missing in Safari 14. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const page = new ShiftPage(part(document, "shift"));
void page.busy(() => page.look());
