// Giving a time-out: how long, why, what the other will read; one question, one answer.

import { askOnce, fill, part, parts, say } from "../core/dom.js";

const MINUTE = 60000;
const DAY = 24 * 60 * MINUTE;

/** The dialog of the helper's page, and the button that opens it. */
export class TimeOutDialog {
  /**
   * @param {HTMLElement} root
   * @param {Record<string, any>} texts
   * @param {string} zone in which the organisation tells the time
   * @param {(minutes: number, reason: string) => void} given
   */
  constructor(root, texts, zone, given) {
    this.dialog = part(root, 'dialog="time-out"');
    this.button = part(root, "time-out");
    this.fault = part(this.dialog, "fault");
    this.texts = texts;
    this.zone = zone;
    this.button.onclick = () => this.open();
    for (const choice of this.choices()) choice.onchange = () => this.showPreview();
    part(this.dialog, "give").onclick = () => {
      const reason = this.chosen("reason");
      say(this.fault, reason ? "" : texts.time_out_why);
      if (!reason) return;
      part(this.dialog, "cancel").click();
      given(Number(this.chosen("minutes")), reason);
    };
  }

  open() {
    for (const choice of this.choices()) choice.checked = choice.defaultChecked;
    say(this.fault, "");
    this.showPreview();
    askOnce(this.dialog, () => undefined);
  }

  /** @returns {HTMLInputElement[]} */
  choices() {
    return /** @type {HTMLInputElement[]} */ (parts(this.dialog, "choice"));
  }

  /**
   * @param {string} name
   * @returns {string} empty while nothing is chosen
   */
  chosen(name) {
    return this.choices().find((choice) => choice.name === name && choice.checked)?.value ?? "";
  }

  showPreview() {
    const sentence = this.texts.time_out_reason[this.chosen("reason")];
    const until = this.inWords(Date.now() + Number(this.chosen("minutes")) * MINUTE);
    part(this.dialog, "preview").textContent = sentence ? fill(sentence, { until }) : this.texts.time_out_choose;
  }

  /**
   * As the other will read it: to the next whole minute, with the day where that is not today.
   * @param {number} moment
   * @returns {string}
   */
  inWords(moment) {
    const end = new Date(Math.ceil(moment / MINUTE) * MINUTE);
    const time = fill(this.texts.time_out_time, { time: this.format(end, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).replace(":", this.texts.time_out_mark) });
    const day = this.day(end);
    if (day === this.day(new Date())) return time;
    const tomorrow = day === this.day(new Date(Date.now() + DAY));
    return fill(tomorrow ? this.texts.time_out_tomorrow : this.texts.time_out_on_day, { day, time });
  }

  /**
   * @param {Date} moment
   * @returns {string}
   */
  day(moment) {
    return this.format(moment, { weekday: "long", day: "numeric", month: "long" });
  }

  /**
   * @param {Date} moment
   * @param {Intl.DateTimeFormatOptions} options
   * @returns {string}
   */
  format(moment, options) {
    return new Intl.DateTimeFormat(document.documentElement.lang, { ...options, timeZone: this.zone }).format(moment);
  }
}
