// Rules for the styles that browsers get, vendored ones too: nothing that the oldest phones do not know.
const browsers = ["chrome 119", "ios_saf 14.0-14.4"];

// What an old browser drops without harm: nobody misses text, place or control.
const harmless = [
  "css-color-adjust",
  "css-overscroll-behavior",
  "css-focus-visible", // Safari 14 shows its own focus ring
  "css-resize",
  "css-scroll-behavior",
  "css3-cursors",
  "extended-system-fonts",
  "viewport-unit-variants", // a height in vh stands before each
];

export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  rules: {
    "plugin/no-unsupported-browser-features": [true, { browsers, ignore: harmless, ignorePartialSupport: true }],
    "at-rule-disallowed-list": ["import", "layer", "container", "scope"],
    "block-no-empty": true,
    "color-no-invalid-hex": true,
    "declaration-block-no-duplicate-properties": [true, { ignore: ["consecutive-duplicates"] }],
    "function-url-scheme-disallowed-list": ["http", "https", "data"],
    "property-no-unknown": true,
    "selector-pseudo-class-disallowed-list": ["has"],
    "selector-pseudo-class-no-unknown": true,
    "unit-no-unknown": true,
  },
  overrides: [
    {
      files: ["../core/web/static/vendor/**/*.css"],
      rules: {
        // flexbox-gap: two lists lose the space between their parts in Safari before 14.5.
        // css-logical-props: of `resize: block` alone, which Safari 14 leaves out.
        "plugin/no-unsupported-browser-features": [
          true,
          { browsers, ignore: [...harmless, "flexbox-gap", "css-logical-props"], ignorePartialSupport: true },
        ],
        "declaration-block-no-duplicate-properties": null,
      },
    },
  ],
};
