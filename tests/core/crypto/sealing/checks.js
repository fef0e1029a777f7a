// The frozen vectors in a real browser: the house's own modules, from the house's own address, under its own headers.
// Each check gives rows of [name, expected, found]; the test compares. It is one expression, called with what it needs.
async ({ base, vectors, rfc }) => {
  const names = ["bytes", "certificates", "epoch", "issuing", "keys", "messages", "trust", "wrapping"];
  const loaded = await Promise.all(names.map((name) => import(`${base}/${name}.js`)));
  const modules = Object.assign({}, ...loaded);
  const { encode, fromText, idBytes, text } = modules;
  const { CheckedShift, EpochKey, KeysDocument, Place, SealingKey, SigningKey, Trust } = modules;

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (digits) => Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
  const codeOf = async (work) => {
    try {
      await work();
      return null;
    } catch (error) {
      if (error.name !== "SealingRefused") throw error;
      return error.code;
    }
  };
  const place = ({ tenant, conversation, epoch, sender }) => new Place(tenant, conversation, epoch, sender);
  const publicOf = (name) => bytes(vectors.keys[name].public);
  const importPair = async (privateDigits, publicDigits, algorithm, usages, publicUsages) => ({
    privateKey: await crypto.subtle.importKey("pkcs8", bytes(privateDigits), algorithm, false, usages),
    publicKey: await crypto.subtle.importKey("raw", bytes(publicDigits), algorithm, true, publicUsages),
  });
  const pairOf = ({ private: secret, public: open }, name, usages, publicUsages = []) =>
    importPair(secret, open, { name, namedCurve: "P-256" }, usages, publicUsages);
  const sealingKey = async (name) => SealingKey.from(await pairOf(vectors.keys[name], "ECDH", ["deriveBits"]));
  const signingKey = async (name) => SigningKey.from(await pairOf(vectors.keys[name], "ECDSA", ["sign"], ["verify"]));
  const halves = ({ halves: { tab, server } }) => ({ tab: bytes(tab), server: bytes(server) });
  const ownKey = (epoch) => EpochKey.join(place(epoch.place), halves(epoch));
  const tenant = vectors.readings[0].tenant;
  const checked = (where, sealing, signing) => {
    const { helper, id, ends } = vectors.shifts[0].shift;
    return new CheckedShift({ tenant: where, helper, id, sealing, signing, begins: 0, ends }, "Noor");
  };
  const read = (name) => KeysDocument.read(vectors.documents[name], tenant);

  // Chance held still from outside: the modules have no door for it.
  const withDraws = async (draws, work) => {
    const left = draws.slice();
    const { getRandomValues } = Crypto.prototype;
    const { generateKey } = SubtleCrypto.prototype;
    const next = (kind) => left.splice(left.findIndex((draw) => kind in draw), 1)[0];
    Crypto.prototype.getRandomValues = (target) => {
      target.set(bytes(next("bytes").bytes));
      return target;
    };
    SubtleCrypto.prototype.generateKey = async (algorithm, _extractable, usages) => {
      const drawn = next("key");
      return importPair(drawn.key, drawn.public, algorithm, usages, []);
    };
    try {
      return await work();
    } finally {
      Object.assign(Crypto.prototype, { getRandomValues });
      Object.assign(SubtleCrypto.prototype, { generateKey });
      if (left.length) throw new Error(`${left.length} draws were not used`);
    }
  };
  // RFC 9180's vectors have an aad, ours never: put it into the browser's call.
  const withAad = async (aad, work) => {
    const { encrypt, decrypt } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.encrypt = function (how, ...rest) {
      return encrypt.call(this, { ...how, additionalData: aad }, ...rest);
    };
    SubtleCrypto.prototype.decrypt = function (how, ...rest) {
      return decrypt.call(this, { ...how, additionalData: aad }, ...rest);
    };
    try {
      return await work();
    } finally {
      Object.assign(SubtleCrypto.prototype, { encrypt, decrypt });
    }
  };
  const withoutCrypto = async (work) => {
    Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    const code = await codeOf(work);
    delete crypto.subtle;
    return code;
  };
  const makeAgain = async (epoch) => {
    const key = await EpochKey.create(place(epoch.place));
    const shift = checked(epoch.place.tenant, publicOf("shift_sealing"), publicOf("shift_signing"));
    const byHelper = epoch.place.sender === "helper";
    const granted = await (byHelper ? key.grant(publicOf("seeker"), await signingKey("shift_signing")) : key.grant(shift));
    const split = await key.split();
    const sender = key.sender();
    // All at once: the sender keeps their order by itself.
    const sealed = epoch.messages.map((message) => sender.seal(text(message.content), message.client_id));
    return { granted, split, sender, blobs: await Promise.all(sealed) };
  };
  const deliver = async (receiver, piece) => {
    const refused = await codeOf(() => receiver.accept(bytes(piece.blob), piece.client_id));
    if (refused) return [refused];
    const outcome = [];
    for (let turn = 0; turn < 20; turn += 1) {
      let opened = null;
      const code = await codeOf(async () => (opened = await receiver.next()));
      if (code) outcome.push(code);
      else if (opened) outcome.push(opened.n);
      else return outcome;
    }
    throw new Error("it never ends");
  };

  window.checks = {
    async rfc9180() {
      const pair = await importPair(rfc.pkcs8R, rfc.pkRm, modules.ECDH, ["deriveBits"], []);
      const first = rfc.encryptions[0];
      const draws = [{ key: rfc.pkcs8E, public: rfc.pkEm }];
      const [info, content] = [bytes(rfc.info), bytes(first.pt)];
      return withAad(bytes(first.aad), async () => {
        const sealed = await withDraws(draws, () => modules.seal(bytes(rfc.pkRm), info, content));
        const opened = await modules.unseal(pair.privateKey, bytes(rfc.pkRm), info, bytes(rfc.enc + first.ct));
        return [["sealed", rfc.enc + first.ct, hex(sealed)], ["opened", first.pt, hex(opened)]];
      });
    },
    encoding() {
      const part = (one) => ("id" in one ? idBytes(one.id) : "bytes" in one ? bytes(one.bytes) : one.value);
      return vectors.encoding.map((row) => [row.bytes, row.bytes, hex(encode(...row.parts.map(part)))]);
    },
    async base64url() {
      const wrong = ["A", "AA=", "AB", "A A", "AA+", "AA/", "é", "AAAAA", 5, null];
      return Promise.all(wrong.map(async (one) => [String(one), "malformed", await codeOf(() => fromText(one))]));
    },
    async keys() {
      const { purpose, part, signature } = vectors.signature;
      const signed = (name, ...what) => modules.isSigned(publicOf(name), bytes(signature), ...what);
      const own = await (await signingKey("root")).sign(purpose, part);
      return [
        ...(await Promise.all(
          Object.entries(vectors.keys).map(async ([name, key]) => {
            return [name, key.fingerprint, await modules.fingerprint(bytes(key.public))];
          }),
        )),
        ["signature", true, await signed("root", purpose, part)],
        ["signature of another part", false, await signed("root", purpose, "molen")],
        ["signature of another key", false, await signed("ghost", purpose, part)],
        ["signature cut off", false, await modules.isSigned(publicOf("root"), bytes(signature).slice(1), purpose, part)],
        ["signature made here", true, await modules.isSigned(publicOf("root"), own, purpose, part)],
      ];
    },
    readings() {
      return Promise.all(
        vectors.readings.map(async (row) => {
          const json = vectors.documents[row.document];
          const code = await codeOf(() => KeysDocument.read(json, row.tenant));
          const again = code || modules.keysJson(await KeysDocument.read(json, row.tenant)) === json;
          return [row.document, row.code || true, again];
        }),
      );
    },
    follows() {
      return Promise.all(
        vectors.follows.map(async (row) => {
          const [known, document] = [await Trust.first(await read(row.known)), await read(row.document)];
          const seen = row.first_seen === null ? undefined : row.first_seen;
          return [`${row.known}, ${row.document}`, row.code, await codeOf(() => known.follow(document, row.now, seen))];
        }),
      );
    },
    shifts() {
      return Promise.all(
        vectors.shifts.map(async (row) => {
          const document = await read(row.document);
          return [row.name, row.code, await codeOf(() => document.shift(row.shift, row.role, row.now))];
        }),
      );
    },
    grants() {
      return Promise.all(
        vectors.grants.map(async (row, number) => {
          const shift = row.signing && checked(row.place.tenant, publicOf("shift_sealing"), publicOf(row.signing));
          const key = await sealingKey(row.key);
          const open = () => EpochKey.open(place(row.place), key, bytes(row.granted), shift);
          return [`${number}`, row.code, await codeOf(open)];
        }),
      );
    },
    async opened() {
      const rows = [];
      for (const [name, epoch] of Object.entries(vectors.epochs)) {
        const receiver = (await ownKey(epoch)).receiver();
        for (const message of epoch.messages) {
          receiver.accept(bytes(message.blob), message.client_id);
          const opened = await receiver.next();
          rows.push([name, message.content, new TextDecoder().decode(opened.content)]);
          rows.push([`${name}, receipt`, message.receipt, hex(await receiver.receipt())]);
        }
      }
      return rows;
    },
    async madeAgain() {
      const rows = [];
      for (const [name, epoch] of Object.entries(vectors.epochs)) {
        const made = await withDraws(epoch.draws, () => makeAgain(epoch));
        // Of a helper's grant all but the signature: no browser signs twice alike.
        rows.push([`${name}, grant`, epoch.granted.slice(0, 270), hex(made.granted).slice(0, 270)]);
        rows.push([`${name}, halves`, epoch.halves, { tab: hex(made.split.tab), server: hex(made.split.server) }]);
        rows.push([`${name}, messages`, epoch.messages.map((message) => message.blob), made.blobs.map(hex)]);
      }
      return rows;
    },
    async deliveries() {
      const rows = [];
      for (const row of vectors.deliveries) {
        const receiver = (await ownKey(vectors.epochs[row.epoch])).receiver();
        const outcomes = [];
        for (const piece of row.pieces) outcomes.push(await deliver(receiver, piece));
        rows.push([row.name, row.outcomes, outcomes], [`${row.name}, missing`, row.missing, receiver.missing()]);
      }
      return rows;
    },
    async waiting() {
      const key = await ownKey(vectors.epochs.seeker);
      const [receiver, { blob, client_id: id }] = [key.receiver(), vectors.epochs.seeker.messages[0]];
      const numbered = (n) => bytes(blob.slice(0, 44) + n.toString(16).padStart(8, "0") + blob.slice(52));
      for (let n = 2; n <= 257; n += 1) receiver.accept(numbered(n), id);
      const [more, first] = [await codeOf(() => receiver.accept(numbered(300), id)), await codeOf(() => receiver.accept(bytes(blob), id))];
      const sender = (await EpochKey.create(place(vectors.epochs.seeker.place))).sender();
      const long = await codeOf(() => sender.seal(new Uint8Array(modules.LONGEST + 1), id));
      const longest = (await sender.seal(new Uint8Array(modules.LONGEST), id)).length;
      return [
        ["one too many", "too_many_wait", more],
        ["the missing one", null, first],
        ["asked for twice", "used_before", await codeOf(() => [key.receiver(), key.receiver()])],
        ["too long", "too_long", long],
        ["longest", 54 + 16384, longest],
        ["shift too long", "shift_too_long", await codeOf(async () => {
          const says = { ...vectors.shifts[0].shift, sealing: publicOf("seeker"), signing: publicOf("noor") };
          return modules.certifyShift(await signingKey("noor"), { ...says, ends: says.begins + 5 * 3600 + 1 });
        })],
      ];
    },
    halves() {
      return Promise.all(
        vectors.halves.map(async (row, number) => {
          const both = { tab: bytes(row.tab), server: bytes(row.server) };
          return [`${number}`, row.code, await codeOf(() => EpochKey.join(place(row.place), both))];
        }),
      );
    },
    async mistakes() {
      const thrown = async (work) => {
        try {
          await work();
          return null;
        } catch (error) {
          return error.code || error.name;
        }
      };
      const { helper, seeker } = vectors.epochs;
      const [key, reader] = [await EpochKey.create(place(helper.place)), await sealingKey("seeker")];
      const elsewhere = checked(helper.place.conversation, publicOf("seeker"), publicOf("shift_signing"));
      const { tenant: where, conversation } = helper.place;
      const shift = await modules.ShiftCertificate.fromForm(vectors.shifts[0].shift);
      const noor = (await read("first")).says.helpers[0].says;
      const checkAgainst = (changes) => thrown(() => shift.check({ ...noor, ...changes }, vectors.shifts[0].now));
      const sender = (await EpochKey.create(place(seeker.place))).sender();
      sender.n = 2 ** 32 - 1;
      const padded = modules.pad(text("wilg"));
      padded[255] = 1;
      const open = (...by) => thrown(() => EpochKey.open(place(helper.place), reader, bytes(helper.granted), ...by));
      return [
        ["a fraction", "RangeError", await thrown(() => encode(0.5))],
        ["below zero", "RangeError", await thrown(() => encode(-1))],
        ["beyond counting", "RangeError", await thrown(() => encode(2 ** 53))],
        ["an epoch too many", "RangeError", await thrown(() => new Place(where, conversation, 2 ** 32, "seeker"))],
        ["a third side", "TypeError", await thrown(() => new Place(where, conversation, 1, "server"))],
        ["granted without a signature", "TypeError", await thrown(() => key.grant(publicOf("seeker")))],
        ["opened without a signer", "TypeError", await open()],
        ["opened by another organisation's", "other_organisation", await open(elsewhere)],
        ["a shift of its helper", null, await checkAgainst({})],
        ["a shift of another organisation", "other_organisation", await checkAgainst({ tenant: noor.id })],
        ["a shift of another helper", "false_shift", await checkAgainst({ id: noor.tenant })],
        ["no number left", "used_before", await thrown(() => sender.seal(padded, noor.id))],
        ["false padding", "malformed", await thrown(() => modules.unpad(padded))],
        ["false length", "malformed", await thrown(() => modules.unpad(new Uint8Array(256).fill(255)))],
      ];
    },
    async links() {
      return Promise.all(
        vectors.links.map(async (row, number) => {
          const key = await ownKey(vectors.epochs[row.epoch]);
          return [`${number}`, row.code, await codeOf(() => key.checkLink(bytes(row.granted), bytes(row.proof)))];
        }),
      );
    },
    async receipts() {
      const epoch = vectors.epochs.seeker;
      const { sender } = await withDraws(epoch.draws, () => makeAgain(epoch));
      const rows = [];
      for (const row of vectors.receipts) {
        let confirmed = 0;
        const code = await codeOf(async () => (confirmed = await sender.confirm(bytes(row.receipt))));
        rows.push([row.receipt.slice(44, 52), row.outcome, code || confirmed]);
      }
      return rows;
    },
    async wrapped() {
      const { attempts, canonical, stretched } = vectors.wrapped;
      const publicBytes = publicOf("noor");
      // Argon2id as this browser will have it: the right answer to the right question, another one to any other.
      const argon2id = async (phrase, salt, cost) => {
        const right = hex(phrase) === hex(text(canonical)) && hex(salt) === attempts[0].blob.slice(22, 54);
        return right && cost.memory === 8192 && cost.passes === 1 && cost.lanes === 1 ? bytes(stretched) : new Uint8Array(32);
      };
      return Promise.all(
        attempts.map(async (row, number) => {
          const whose = { tenant: vectors.wrapped.tenant, owner: row.owner, publicBytes };
          const work = async () => {
            const key = await modules.unwrapSigningKey(argon2id, bytes(row.blob), row.phrase, whose);
            if (key.pair.privateKey.extractable) throw new Error("the key can be taken out");
            if (!(await modules.isSigned(publicBytes, await key.sign("x"), "x"))) throw new Error("another key");
          };
          return [`${number}`, row.code, await codeOf(work)];
        }),
      );
    },
    async keptIn() {
      const [sealing, signing] = [await SealingKey.create(), await SigningKey.create()];
      const from = vectors.epochs.seeker;
      const key = await EpochKey.open(place(from.place), await sealingKey("shift_sealing"), bytes(from.granted));
      const own = await EpochKey.create(place(from.place));
      const shift = checked(tenant, sealing.public, signing.public);
      const elsewhere = checked(from.place.conversation, sealing.public, signing.public);
      const other = await codeOf(() => own.grant(elsewhere));
      const bare = await own.grant(sealing.public).catch((error) => error.name);
      own.sender();
      const again = await codeOf(() => own.sender());
      const keptAgain = async () => EpochKey.join(key.place, await key.split(), false);
      own.keep();
      return [
        ["sealing key", false, sealing.pair.privateKey.extractable],
        ["signing key", false, signing.pair.privateKey.extractable],
        ["opened key sends", "reads_only", await codeOf(() => key.sender())],
        ["opened key is granted", "reads_only", await codeOf(() => key.grant(shift))],
        ["opened key is kept in halves, and granted", "reads_only", await codeOf(async () => (await keptAgain()).grant(shift))],
        ["second sender", "used_before", again],
        ["kept key is granted", "reads_only", await codeOf(() => own.grant(shift))],
        ["granted to another organisation", "other_organisation", other],
        ["granted to a bare key", "TypeError", bare],
        ["without HTTPS", "not_possible", await withoutCrypto(() => SealingKey.create())],
        ["nothing shows", false, Object.values(own).some((value) => value instanceof Uint8Array)],
      ];
    },
    // What only this browser makes, with its own chance, for Python to check and open; and the list that it signed.
    async fresh(shiftPublic) {
      const now = 1800000000;
      const [root, noor, signing, sealing] = [...(await Promise.all([1, 2, 3].map(() => SigningKey.create()))), await SealingKey.create()];
      const period = { begins: now, ends: now + 3600 };
      const [id, conversation] = [vectors.shifts[0].shift.helper, vectors.epochs.seeker.place.conversation];
      const says = { tenant, id, name: "Noor 🦉", role: "helper", key: noor.public, ...period };
      const helpers = [await modules.certifyHelper(root, says)];
      const successions = [await modules.succeed(tenant, await signingKey("root"), root.public, now)];
      const list = { tenant, version: 4, issued: now, root: root.public, previous: new Uint8Array(32), successions, helpers, revoked: [] };
      const document = await modules.signKeys(root, list);
      const shiftSays = { tenant, helper: id, id, sealing: sealing.public, signing: signing.public, ...period };
      const shift = await modules.certifyShift(noor, shiftSays);
      const key = await EpochKey.create(new Place(tenant, conversation, 7, "helper"));
      const [granted, sender] = [await key.grant(bytes(shiftPublic), signing), key.sender()];
      const blobs = await Promise.all(["een", "twee"].map((word) => sender.seal(text(word), id)));
      window.freshSender = sender;
      const sized = (phrase) => modules.canonicalPhrase(phrase);
      const argon2id = async (phrase, salt) => new Uint8Array(await crypto.subtle.digest("SHA-256", encode(phrase, salt)));
      const wrapped = await modules.newWrappedSigningKey(argon2id, "Molen  Wilg", tenant, id);
      return {
        json: modules.keysJson(document),
        shift: modules.shiftForm(shift),
        granted: hex(granted),
        blobs: blobs.map(hex),
        phrase: hex(sized("Molen  Wilg")),
        wrapped: { blob: hex(wrapped.blob), public: hex(wrapped.key.public), extractable: wrapped.key.pair.privateKey.extractable },
      };
    },
    confirm: (receipt) => window.freshSender.confirm(bytes(receipt)),
  };
}
