import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist/", "coverage/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // `void promise` marks what is meant to run by itself; an arrow that returns nothing reads well.
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/only-throw-error": [
        "error",
        { allowRethrowing: true, allowThrowingUnknown: true, allowThrowingAny: false },
      ],
      // One empty function says "nothing to do" better than a comment.
      "@typescript-eslint/no-empty-function": "off",
      "no-console": "error",
    },
  },
  { files: ["scripts/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", { name: "process", message: "Only cli touches process; pass what you need." }],
      // AbortSignal.any holds its sources weakly: collected as garbage, such a timeout never comes.
      "no-restricted-properties": [
        "error",
        { object: "AbortSignal", property: "timeout", message: "Use withDeadline." },
      ],
    },
  },
  { files: ["src/cli/**/*.ts"], rules: { "no-restricted-globals": "off" } },
  // expect.stringContaining and its like are typed any.
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: { process: "readonly", SharedArrayBuffer: "readonly", Atomics: "readonly" } },
  },
);
