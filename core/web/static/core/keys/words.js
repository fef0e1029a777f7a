// Pass phrases of Dutch words, drawn in the browser: nobody else ever knows them.

/**
 * @param {string[]} words
 * @param {number} count
 */
export function drawWords(words, count) {
  return Array.from({ length: count }, () => words[draw(words.length)]).join(" ");
}

/**
 * A number below `limit`, each as likely: draws that would favour the low ones are made again.
 * @param {number} limit at most 65536
 */
function draw(limit) {
  const fair = 65536 - (65536 % limit);
  const drawn = new Uint16Array(1);
  do crypto.getRandomValues(drawn);
  while (drawn[0] >= fair);
  return drawn[0] % limit;
}
