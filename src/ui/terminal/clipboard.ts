/**
 * The sequence that puts a text into the terminal's clipboard; works over SSH.
 * @param inTmux tmux hands it on only when it is wrapped (and `allow-passthrough` is on), or takes it itself
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (OSC 52)
 */
export function osc52(text: string, inTmux: boolean): string {
  const sequence = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
  if (!inTmux) return sequence;
  return `${sequence}\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}
