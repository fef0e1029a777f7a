// What lets a help seeker's tab be loaded anew: its keys, wrapped under 32 random bytes that the server keeps in memory and
// drops at the end, on leaving, or after ten minutes of silence. Alone neither half opens anything, and no text is here.

import { fromText, readFour, SealingRefused, toText } from "../core/sealing/bytes.js";
import { EpochKey } from "../core/sealing/epoch.js";
import { random } from "../core/sealing/keys.js";
import { Place } from "../core/sealing/messages.js";

/** @typedef {import("../core/sealing/bytes.js").Bytes} Bytes */
/** @typedef {import("./sealed_talk.js").Where} Where */

const NAME = "luwte-tab";
const SIDES = /** @type {const} */ (["seeker", "helper"]);

/** The tab's half. */
export class TabKeys {
  /** @param {boolean} isAllowed the organisation may want keys in memory only */
  constructor(isAllowed) {
    this.isAllowed = isAllowed;
    /** @type {Bytes} the server's half, as this page hands it in */
    this.half = random(32);
  }

  /** @param {Where} where @param {EpochKey[]} keys */
  async keep(where, keys) {
    if (!this.isAllowed) return;
    const halves = await Promise.all(keys.map(async (key) => toText((await key.split(this.half)).tab)));
    try {
      sessionStorage.setItem(NAME, JSON.stringify({ conversation: where.conversation, halves }));
    } catch {
      // A browser that keeps nothing: then a refresh begins anew, and the page says so.
    }
  }

  /**
   * The keys of a conversation, where both halves are here and fit.
   * @param {Where} where
   * @param {string | null | undefined} half the server's
   * @returns {Promise<{ place: Place, key: EpochKey }[]>}
   */
  async join(where, half) {
    const halves = this.read(where.conversation);
    if (!half || !halves.length) return [];
    try {
      const server = fromText(half);
      const joined = await Promise.all(halves.map((tab) => joinOne(where, fromText(tab), server)));
      this.half = server;
      return joined;
    } catch (error) {
      if (!(error instanceof SealingRefused)) throw error;
      return [];
    }
  }

  /** @param {string} conversation @returns {string[]} */
  read(conversation) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(NAME) || "{}");
      return this.isAllowed && kept.conversation === conversation ? kept.halves : [];
    } catch {
      return [];
    }
  }

  /** It is over: nothing is left in the tab. */
  forget() {
    this.half = random(32);
    try {
      sessionStorage.removeItem(NAME);
    } catch {
      // nothing was kept
    }
  }
}

/**
 * @param {Where} where
 * @param {Bytes} tab
 * @param {Bytes} server
 */
async function joinOne(where, tab, server) {
  const sender = SIDES[tab[21]] ?? "seeker";
  const place = new Place(where.tenant, where.conversation, readFour(tab, 17), sender);
  const key = await EpochKey.join(place, { tab, server }, sender === where.side);
  return { place, key };
}
