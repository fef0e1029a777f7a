// Bodies: what the server carries without knowing what it is. Version 0 is JSON in UTF-8.

/** The version that this page writes. A later version is sealed; the server's side of it stays as it is. */
export const VERSION = 0;

/** The longest message in characters. */
export const LONGEST_TEXT = 4000;

/**
 * @param {object} content
 * @returns {string} base64url
 */
export function pack(content) {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * @param {number} version
 * @param {string} body base64url
 * @returns {any} the content; null when it is of a kind that this page does not know, or broken
 */
export function unpack(version, body) {
  if (version !== VERSION) return null;
  try {
    const binary = atob(body.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
