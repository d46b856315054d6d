/**
 * Characters that programs often display wrongly: several bytes, several code points, double width, or right to left.
 */
export const UNICODE_SAMPLE = `A short tour of scripts, for testing how text is measured and shown:

| script | sample |
|---|---|
| Chinese | 你好，世界 |
| Japanese | こんにちは、世界 |
| Korean | 안녕하세요, 세계 |
| Arabic | مرحبا بالعالم |
| Hebrew | שלום עולם |
| Hindi | नमस्ते दुनिया |
| Thai | สวัสดีชาวโลก |
| Greek | Γειά σου κόσμε |
| Russian | Привет, мир |

Emoji, from simple to difficult:

- one code point: 😀 🚀 🌍
- with a skin tone: 👍🏽 👋🏿
- joined into one: 👩‍💻 👨‍👩‍👧‍👦
- flags: 🇫🇷 🇯🇵 🏳️‍🌈
- keycaps: 1️⃣ 2️⃣ #️⃣

Letters with combining marks: e\u0301 a\u0308 n\u0303 o\u0302\u0323, and the same composed: é ä ñ ộ.

Symbols: € £ ¥ ∑ √ ∞ ≠ → ⇒ ½ ¾ ™ “quotes” – dashes — and an ellipsis…`;
