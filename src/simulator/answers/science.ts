import type { Topic } from './topic.js';

export const SCIENCE: readonly Topic[] = [
  {
    match: /quantum/i,
    text: `Quantum computing is a way of computing that uses the rules of very small things, such as electrons and photons, instead of ordinary switches.

A normal computer stores information in **bits**. Each bit is either 0 or 1, like a coin lying on a table: heads or tails. A quantum computer uses **qubits**. A qubit is more like a coin that is still spinning: until you look at it, it is a blend of both sides. This is called *superposition*.

Two more ideas make qubits useful:

- **Entanglement.** Qubits can be linked, so that what you find in one tells you about the other, however far apart they are.
- **Interference.** The blends behave like waves. A good quantum program makes the waves of wrong answers cancel out and those of right answers add up, so that the right one is likely to be seen at the end.

It is often said that a quantum computer "tries all answers at once". That is not quite true. When you read the qubits you get only one result, and the skill lies in arranging the interference so that this result is the one you wanted.

Where does it help?

1. **Chemistry and materials**: molecules follow quantum rules, so a quantum machine can imitate them naturally.
2. **Factoring large numbers**, which would break some of today's encryption.
3. **Searching and optimising**, with a more modest gain.

For e-mail, games or spreadsheets it has no advantage at all. Today's machines are also noisy: qubits lose their state within moments, and many of them are needed to correct each other's errors.

In short: a quantum computer is not a faster computer, but a *different* one, very good at a few problems that ordinary computers find nearly impossible.`,
  },
  {
    match: /\bsky\b.*\bblue\b|\bblue\b.*\bsky\b/i,
    text: `Sunlight looks white, but it is a mixture of all colours. On its way through the air it meets molecules that are much smaller than its wavelength, and these scatter short waves far more than long ones: blue light about four times as much as red. This is called **Rayleigh scattering**.

So when you look away from the sun, the light that reaches your eye has been scattered towards you, and most of it is blue.

Why not violet, which is scattered even more? There is less of it in sunlight, the upper air absorbs some, and our eyes are less sensitive to it.

At sunset the light crosses much more air. Most of the blue has been scattered out of the way by then, and the reds and oranges are left.`,
  },
  {
    match: /photosynthesis/i,
    text: `Photosynthesis is how plants turn light into food. In one line:

> carbon dioxide + water + light -> sugar + oxygen

It happens in two steps, both inside the chloroplasts of a leaf:

1. **The light reactions** split water. The oxygen leaves through the pores of the leaf; the energy is kept in two carrier molecules, ATP and NADPH.
2. **The Calvin cycle** spends that energy to build sugar out of carbon dioxide from the air. It needs no light itself.

The green of a leaf is what is left over: chlorophyll absorbs red and blue light and reflects much of the green.`,
  },
];
