const CAPITALS: Record<string, string> = {
  argentina: 'Buenos Aires',
  australia: 'Canberra',
  austria: 'Vienna',
  belgium: 'Brussels',
  brazil: 'Brasilia',
  canada: 'Ottawa',
  chile: 'Santiago',
  china: 'Beijing',
  colombia: 'Bogota',
  denmark: 'Copenhagen',
  egypt: 'Cairo',
  finland: 'Helsinki',
  france: 'Paris',
  germany: 'Berlin',
  greece: 'Athens',
  hungary: 'Budapest',
  iceland: 'Reykjavik',
  india: 'New Delhi',
  indonesia: 'Jakarta',
  ireland: 'Dublin',
  italy: 'Rome',
  japan: 'Tokyo',
  kenya: 'Nairobi',
  malaysia: 'Kuala Lumpur',
  mexico: 'Mexico City',
  morocco: 'Rabat',
  'new zealand': 'Wellington',
  nigeria: 'Abuja',
  norway: 'Oslo',
  peru: 'Lima',
  philippines: 'Manila',
  poland: 'Warsaw',
  portugal: 'Lisbon',
  'saudi arabia': 'Riyadh',
  singapore: 'Singapore',
  'south korea': 'Seoul',
  spain: 'Madrid',
  sweden: 'Stockholm',
  switzerland: 'Bern',
  thailand: 'Bangkok',
  turkey: 'Ankara',
  ukraine: 'Kyiv',
  'united kingdom': 'London',
  'united states': 'Washington, D.C.',
  vietnam: 'Hanoi',
};

const QUESTION = /\bcapital(?: city)? of (?:the )?([a-z][a-z ]*[a-z])/i;

/**
 * Returns e.g. "The capital of France is Paris."; undefined when the prompt is not about a capital, or the
 * country is unknown.
 */
export function capitalAnswer(prompt: string): string | undefined {
  const country = QUESTION.exec(prompt)?.[1];
  if (country === undefined) return undefined;
  const found = Object.entries(CAPITALS).find(([name]) => country.toLowerCase().startsWith(name));
  if (found === undefined) return undefined;
  const [name, capital] = found;
  const article = /^(?:united|philippines)/.test(name) ? 'the ' : '';
  return `The capital of ${article}${country.slice(0, name.length)} is ${capital}.`;
}
