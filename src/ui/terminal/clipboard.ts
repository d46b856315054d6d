/**
 * Returns the sequence that copies a text to the terminal's clipboard. It also works over SSH.
 * @param inTmux tmux either handles the sequence itself or, with `allow-passthrough`, forwards the wrapped one
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (OSC 52)
 */
export function osc52(text: string, inTmux: boolean): string {
  const sequence = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
  if (!inTmux) return sequence;
  return `${sequence}\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}
