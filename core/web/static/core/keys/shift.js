// The keys of a helper's open shift, in this browser. Their secret halves cannot be read out, only used.

import { shiftForm } from "../sealing/issuing.js";
import { SealingKey, SigningKey } from "../sealing/keys.js";
import { clear, read, write } from "./store.js";

/**
 * @typedef {import("../sealing/certificates.js").ShiftCertificate} ShiftCertificate
 * @typedef {ReturnType<typeof shiftForm>} ShiftForm
 * @typedef {object} OpenShift
 * @property {ShiftForm} certificate as help seekers' pages get it
 * @property {SealingKey} sealing
 * @property {SigningKey} signing
 * @property {string} helper
 * @property {string} id
 * @property {number} ends in seconds
 */

// Safari 14 has none: there, other windows notice at their next step.
// eslint-disable-next-line compat/compat
const channel = "BroadcastChannel" in window ? new BroadcastChannel("luwte-shift") : null;

/**
 * The shift that was begun in this browser by whoever is signed in; null when there is none, or it is over. What
 * somebody else left behind here, or what is over, is deleted.
 * @param {string} tenant
 * @returns {Promise<OpenShift | null>}
 */
export async function openShift(tenant) {
  const kept = await read("shifts", tenant);
  const here = whoIsHere();
  if (!kept || !here) return null;
  const { certificate, sealing, signing } = kept;
  if (certificate.helper !== here || certificate.ends <= Date.now() / 1000) {
    await forgetShifts();
    return null;
  }
  const { helper, id, ends } = certificate;
  return { certificate, sealing: await SealingKey.from(sealing), signing: await SigningKey.from(signing), helper, id, ends };
}

/**
 * Keeps the keys of a shift, before it is registered: a key that the server knows of is never missing here.
 * @param {string} tenant
 * @param {ShiftCertificate} certificate
 * @param {SealingKey} sealing
 * @param {SigningKey} signing
 */
export async function keepShift(tenant, certificate, sealing, signing) {
  await write("shifts", tenant, { certificate: shiftForm(certificate), sealing: sealing.pair, signing: signing.pair });
  tell();
}

/** Deletes the keys: the shift is over, or somebody signs out. */
export async function forgetShifts() {
  await clear("shifts");
  tell();
}

/**
 * Hears when another window of this browser begins or ends a shift.
 * @param {() => void} listener
 */
export function onShiftChange(listener) {
  if (channel) channel.addEventListener("message", listener);
}

function tell() {
  if (channel) channel.postMessage("changed");
}

/** The id of who is signed in, as the page says it; nothing on a page without anybody. */
function whoIsHere() {
  const named = document.querySelector("meta[name=luwte-staff]");
  return named ? named.getAttribute("content") : null;
}
