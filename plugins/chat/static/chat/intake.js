// The questions before the chat: one a screen, each may be skipped, and back is always there.

import { fill, optional, part, parts, say } from "../core/dom.js";

/** @typedef {{ danger: boolean, name: string, age?: string, gender?: string, pc4?: string }} Answers */

/** @type {Record<string, RegExp>} what an answer must look like */
const FITS = { name: /^.{1,40}$/u, age: /^\d{1,3}$/, pc4: /^[1-9]\d{3}$/, gender: /^(female|male|other)$/ };

/** Leads through the questions and gives the answers. */
export class Intake {
  /**
   * @param {HTMLElement} page
   * @param {string[]} questions after the name, in order
   * @param {Record<string, any>} texts
   * @param {{ show: (step: string) => void, done: (answers: Answers) => void }} told
   */
  constructor(page, questions, texts, told) {
    this.page = page;
    this.steps = ["name", ...questions];
    this.texts = texts;
    this.told = told;
    /** @type {Answers} */
    this.answers = { danger: false, name: "" };
    this.wireDanger();
    this.steps.forEach((step, index) => this.wire(step, index));
  }

  /** Begins at the first question, with nothing answered. */
  begin() {
    this.answers = { danger: false, name: "" };
    for (const step of this.steps) this.form(step).reset();
    this.told.show("danger");
  }

  wireDanger() {
    this.tellProgress(part(this.page, 'step="danger"'), 1);
    for (const button of parts(this.page, 'answer="danger"')) {
      button.onclick = () => {
        this.answers.danger = button.dataset.value === "yes";
        this.told.show(this.answers.danger ? "danger-help" : "name");
      };
    }
    const help = part(this.page, 'step="danger-help"');
    part(help, "continue").onclick = () => this.told.show("name");
    part(help, "back").onclick = () => this.told.show("danger");
  }

  /**
   * @param {HTMLElement} section
   * @param {number} number of the question, the one about danger being the first
   */
  tellProgress(section, number) {
    part(section, "progress").textContent = fill(this.texts.progress, { n: number, total: this.steps.length + 1 });
  }

  /** @param {string} step @returns {HTMLFormElement} */
  form(step) {
    return /** @type {HTMLFormElement} */ (part(this.page, `form="${step}"`));
  }

  /**
   * @param {string} step
   * @param {number} index
   */
  wire(step, index) {
    const section = part(this.page, `step="${step}"`);
    const form = this.form(step);
    this.tellProgress(section, index + 2);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.take(step, index, String(new FormData(form).get("answer") ?? "").trim());
    };
    part(section, "skip").onclick = () => this.keep(step, index, "");
    part(section, "back").onclick = () => this.told.show(index ? this.steps[index - 1] : "danger");
  }

  /**
   * @param {string} step
   * @param {number} index
   * @param {string} answer
   */
  take(step, index, answer) {
    if (FITS[step].test(answer)) {
      this.keep(step, index, answer);
      return;
    }
    say(part(this.form(step), "fault"), this.texts[step === "gender" ? "fault_choice" : `fault_${step}`]);
    const control = /** @type {HTMLElement | null} */ (this.form(step).querySelector("input"));
    control?.setAttribute("aria-invalid", "true");
    control?.focus();
  }

  /**
   * @param {string} step
   * @param {number} index
   * @param {string} answer empty: rather not said
   */
  keep(step, index, answer) {
    say(part(this.form(step), "fault"), "");
    this.form(step).querySelector("input")?.removeAttribute("aria-invalid");
    this.answers = { ...this.answers, [step]: answer };
    const next = this.steps[index + 1];
    if (next) this.told.show(next);
    else this.told.done(this.answers);
  }
}

/**
 * Shows one step and hides the others; the focus goes to its heading, so that a screen reader begins there.
 * @param {HTMLElement} page
 * @param {string} step
 */
export function showStep(page, step) {
  for (const section of parts(page, "step")) section.hidden = section.dataset.step !== step;
  const shown = part(page, `step="${step}"`);
  window.scrollTo(0, 0);
  const focus = optional(shown, "focus") ?? shown;
  focus.focus({ preventScroll: true });
}
