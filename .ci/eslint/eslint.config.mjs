// The scripts of a page are pasted into it one after the other, so that each sees the names of all.

import { readdirSync, readFileSync } from "node:fs";
import js from "@eslint/js";
import globals from "globals";

const PAGES = ["dither/studio/template", "dither/comparison/browser", "bluenoise/report/templates"];

// Names declared at the top level of a page's scripts.
function declaredNames(folder) {
    const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
    const text = scripts.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
    const plain = text.matchAll(/^(?:async )?(?:function\*?|class|const|let) ([\w$]+)/gm);
    const destructured = text.matchAll(/^(?:const|let) [{[]([^=]+)[}\]] =/gm);
    return [
        ...Array.from(plain, ([, name]) => name),
        ...Array.from(destructured, ([, names]) => names.match(/\w+(?=\s*(?:,|$))/g)).flat(),
    ];
}

export default [
    js.configs.recommended,
    ...PAGES.map((folder) => ({
        files: [`${folder}/*.js`],
        languageOptions: {
            sourceType: "script",
            globals: {
                ...globals.browser,
                ...Object.fromEntries(declaredNames(folder).map((name) => [name, "writable"])),
            },
        },
        rules: {
            // A page's other scripts may use what one declares, and see it as a global.
            "no-redeclare": ["error", { builtinGlobals: false }],
            "no-unused-vars": ["error", { vars: "local", ignoreRestSiblings: true }],
            "no-var": "error",
            "prefer-const": "error",
            eqeqeq: "error",
        },
    })),
];
