const LONGEST = 60;

const OPENINGS =
  /^(?:please|can you|could you|would you|will you|kindly|explain(?: to me)?|describe|discuss|define|tell me(?: about| how| why)?|what(?:'s| is| are| was| were| does| do)|who(?:'s| is| was)|how (?:do|does|did|can|should|would|to|is|are)(?: i| you| we| one)?|why (?:is|are|do|does|did)|when (?:is|was|did)|where (?:is|are)|give me|write(?: me)?|show me|help me(?: with)?|i (?:want|would like|need) to (?:know|learn|understand)(?: about)?)\s+/i;

/**
 * Returns the subject of a prompt in its own words, shortened and without "please explain". Empty for an empty prompt.
 */
export function subjectOf(prompt: string): string {
  let rest = firstLine(prompt);
  for (let shorter = rest.replace(OPENINGS, ''); shorter !== rest; shorter = rest.replace(OPENINGS, '')) {
    rest = shorter;
  }
  return clip(rest.replace(/[\s.?!,;:]+$/, ''));
}

/** Returns a user's message in quotes, shortened. */
export function quote(message: string): string {
  return `"${clip(firstLine(message))}"`;
}

function firstLine(text: string): string {
  return (text.trim().split('\n', 1)[0] ?? '').replace(/\s+/g, ' ').trim();
}

/** Cuts a text to 60 graphemes, between words if possible. */
function clip(text: string): string {
  const graphemes = [
    ...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.slice(0, 8 * LONGEST)),
  ];
  if (graphemes.length <= LONGEST) return text;
  const head = graphemes
    .slice(0, LONGEST)
    .map(({ segment }) => segment)
    .join('');
  const space = head.lastIndexOf(' ');
  return `${space > LONGEST / 2 ? head.slice(0, space) : head}...`;
}
