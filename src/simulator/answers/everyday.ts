import type { Topic } from './topic.js';

/** Answers to frequent everyday prompts. */
export const EVERYDAY: readonly Topic[] = [
  {
    match: /\bplanets?\b|\bsolar system\b/i,
    text: `The planets of the solar system:

| planet | diameter (km) | distance from the sun (million km) | a year lasts | moons |
|---|--:|--:|--:|--:|
| Mercury | 4,879 | 58 | 88 days | 0 |
| Venus | 12,104 | 108 | 225 days | 0 |
| Earth | 12,756 | 150 | 365 days | 1 |
| Mars | 6,792 | 228 | 687 days | 2 |
| Jupiter | 142,984 | 778 | 12 years | over 90 |
| Saturn | 120,536 | 1,432 | 29 years | over 140 |
| Uranus | 51,118 | 2,867 | 84 years | over 25 |
| Neptune | 49,528 | 4,515 | 165 years | over 10 |

All the others would fit between the Earth and the Moon, side by side, with a little room to spare.`,
  },
  {
    match: /\bjson\b/i,
    text: `\`\`\`json
{
  "name": "Ada Lovelace",
  "born": 1815,
  "occupations": ["mathematician", "writer"],
  "address": { "city": "London", "country": "United Kingdom" },
  "living": false,
  "website": null
}
\`\`\`

That is all JSON has: objects, arrays, strings, numbers, \`true\`, \`false\` and \`null\`. It has no comments, no dates, and no comma after the last member.`,
  },
  {
    match: /\bpancakes?\b|\brecipe\b|\bcook\b/i,
    text: `**Pancakes** for two, in 20 minutes:

| | |
|---|--:|
| flour | 125 g |
| milk | 250 ml |
| eggs | 2 |
| salt | 1 pinch |
| butter | for the pan |

1. Whisk flour, salt and half of the milk until it is smooth.
2. Add the eggs, then the rest of the milk. Leave it for ten minutes.
3. Heat a little butter in a pan over medium heat.
4. Pour in a small ladle, tilt the pan, and wait until the top is no longer wet: about a minute.
5. Turn it, and give it half a minute more.

The first one never works. It belongs to the cook.`,
  },
  {
    match: /\b(?:trip|travel|holiday|vacation|itinerary|weekend)\b/i,
    text: `A weekend in **Rome**:

**Friday evening.** Walk without a plan through Trastevere, and eat where the menu is short.

**Saturday**
- *Morning:* the Colosseum and the Forum, with a ticket bought before.
- *Noon:* over the Capitoline hill to the Pantheon. It is free of rain in spite of the hole in its roof, nearly.
- *Evening:* Piazza Navona, then an ice cream further away, where it costs half.

**Sunday**
- *Morning:* the Vatican Museums at eight, before the groups.
- *Afternoon:* the park of the Villa Borghese, and the view from the Pincio when the sun goes down.

Take shoes you can walk in all day: everything is closer than it looks, and paved with cobbles.`,
  },
  {
    match: /\b(?:e-?mail|letter|cover letter)\b/i,
    text: `**Subject:** Working from home on Fridays

Dear Maria,

I would like to work from home on Fridays from next month on.

Most of my meetings are on Monday and Tuesday, and Friday is when I write reports, which goes faster at home. I would be reachable as usual, and come in whenever the team needs it.

May we try it for six weeks and then decide together?

Kind regards,
Sam

---

What makes it work: the wish is in the first sentence, one reason is enough, and the last sentence is easy to say yes to.`,
  },
  {
    match: /\b(?:fruits?|vegetables?|animals?|colou?rs?|countries|cities)\b/i,
    text: `Five of each:

| fruits | vegetables | animals | colours |
|---|---|---|---|
| 🍎 apple | 🥕 carrot | 🦊 fox | 🔴 red |
| 🍌 banana | 🥦 broccoli | 🐢 turtle | 🟠 orange |
| 🍒 cherry | 🧄 garlic | 🦉 owl | 🟡 yellow |
| 🍇 grape | 🌶️ pepper | 🐳 whale | 🟢 green |
| 🥝 kiwi | 🍆 aubergine | 🦋 butterfly | 🔵 blue |`,
  },
  {
    match: /\btranslat(?:e|ion)\b|\bhow do you say\b/i,
    text: `"Good morning" in ten languages:

| language | | say it like |
|---|---|---|
| French | Bonjour | bon-ZHOOR |
| Spanish | Buenos días | BWE-nos DEE-as |
| German | Guten Morgen | GOO-ten MOR-gen |
| Italian | Buongiorno | bwon-JOR-no |
| Indonesian | Selamat pagi | se-LA-mat PA-gi |
| Russian | Доброе утро | DOB-ro-ye OO-tro |
| Chinese | 早上好 | zao-shang hao |
| Japanese | おはようございます | o-ha-yo go-za-i-mas |
| Korean | 좋은 아침이에요 | jo-eun a-chim-i-e-yo |
| Arabic | صباح الخير | sa-BAH al-KHAIR |

I know these by heart and no others; for real translations use a real model.`,
  },
  {
    match: /\bcount (?:from \d+ )?(?:up )?to (?:\d+|ten|twenty)\b/i,
    text: `1, 2, 3, 4, 5, 6, 7, 8, 9, 10.

I always stop at ten. For a stream of any length use \`--tokens 500\`, or the header \`x-sim-tokens: 500\`.`,
  },
];
