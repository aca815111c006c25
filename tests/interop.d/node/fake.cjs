// fake.cjs -- loaded before a program (node --require): makes it believe that it runs elsewhere, as FAKE says:
// {"platform": "darwin", "arch": "arm64"}, or {"execPath": "a program for musl"}.
"use strict";
for (const [name, value] of Object.entries(JSON.parse(process.env.FAKE)))
  Object.defineProperty(process, name, { value });
