// The one place where Luwte keeps something on a device: on staff's computers, at the workplace's own address. It holds
// the keys of a helper's open shift, whose secret halves no script can read out, and which list of keys was seen last.
// Pages of help seekers never load it.

const NAME = "luwte-keys";
const STORES = ["shifts", "lists", "strangers"];

/** @typedef {"shifts" | "lists" | "strangers"} Store */

/**
 * @param {Store} store
 * @param {string} key
 * @returns {Promise<any>} undefined: there is nothing
 */
export function read(store, key) {
  return work(store, "readonly", (rows) => rows.get(key));
}

/**
 * @param {Store} store
 * @param {string} key
 * @param {unknown} value
 */
export function write(store, key, value) {
  return work(store, "readwrite", (rows) => rows.put(value, key));
}

/** @param {Store} store */
export function clear(store) {
  return work(store, "readwrite", (rows) => rows.clear());
}

/**
 * @param {Store} store
 * @param {IDBTransactionMode} mode
 * @param {(rows: IDBObjectStore) => IDBRequest} act
 */
async function work(store, mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line no-restricted-globals -- staff's keys must survive a refresh; see the head of this file
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
