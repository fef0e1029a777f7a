// Rules for the scripts that browsers get. The oldest: Chrome 119 (Android 7) and Safari 14 (iOS 14).
import js from "@eslint/js";
import compat from "eslint-plugin-compat";
import globals from "globals";

// Safari 14 knows ECMAScript 2021's syntax, but no class fields, private methods or top-level await.
const language = { ecmaVersion: 2021, sourceType: "module", globals: { ...globals.browser, ...globals.es2021 } };
const floor = { browserslistOpts: { path: import.meta.dirname }, lintAllEsApis: true };

const setsMarkup = (name) => ({
  selector: `:matches(AssignmentExpression[left.property.name='${name}'], CallExpression[callee.property.name='${name}'])`,
  message: `${name} turns text into markup: build elements and set textContent.`,
});
const newerThanFloor = (name) => ({
  selector: `CallExpression[callee.property.name='${name}']`,
  message: `${name}() is missing in Safari 14.`,
});

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["core/web/static/core/**/*.js", "plugins/*/static/**/*.js"],
    ...js.configs.recommended,
  },
  {
    files: ["core/web/static/core/**/*.js", "plugins/*/static/**/*.js"],
    languageOptions: language,
    plugins: { compat },
    settings: floor,
    rules: {
      "compat/compat": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "alert", message: "A seeker's page is silent: say it in words, near the thing." },
        { name: "confirm", message: "Use a dialog element: Esc twice must keep working." },
        { name: "prompt", message: "Use a form." },
        { name: "Notification", message: "A seeker's page is silent." },
        { name: "Audio", message: "A seeker's page is silent." },
        { name: "localStorage", message: "Nothing may stay on the device." },
        { name: "indexedDB", message: "Nothing may stay on the device." },
        { name: "structuredClone", message: "Missing in Safari 14." },
      ],
      "no-restricted-properties": [
        "error",
        { object: "crypto", property: "randomUUID", message: "Missing in Safari 14: use getRandomValues." },
        { object: "navigator", property: "vibrate", message: "A seeker's page is silent." },
        { object: "navigator", property: "sendBeacon", message: "It outlives the page that the seeker left." },
        { object: "document", property: "write", message: "Build elements and set textContent." },
        { object: "document", property: "writeln", message: "Build elements and set textContent." },
        { object: "window", property: "localStorage", message: "Nothing may stay on the device." },
        { object: "Object", property: "hasOwn", message: "Missing in Safari 14." },
      ],
      "no-restricted-syntax": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "createContextualFragment"].map(setsMarkup),
        ...["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "showPicker"].map(newerThanFloor),
        {
          selector: "CallExpression[callee.property.name=/^(querySelector|querySelectorAll|closest|matches)$/] Literal[value=/:has\\(/]",
          message: "Safari 14 does not know :has().",
        },
      ],
    },
  },
  {
    // Of others' scripts only the floor is checked: they must start on the oldest browser.
    files: ["core/web/static/vendor/**/*.js"],
    languageOptions: language,
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
    plugins: { compat },
    // socket.io asks first whether they are there, and we leave its WebTransport switched off.
    settings: { ...floor, polyfills: ["TransformStream", "WebTransport"] },
    rules: { "compat/compat": "error" },
  },
];
