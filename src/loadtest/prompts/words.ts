import type { Random } from '../../common/random.js';

/** Words that, with the preceding space, are one token each for the models of OpenAI, Llama 2 and Llama 3. */
const WORDS =
  'time year people way day man thing woman life child world school state family student group country problem hand part place case week company system program question work government number night point home water room mother area money story fact month lot right study book eye job word business issue side kind head house service friend father power hour game line end member law car city community name president team minute idea kid body information back parent face others level office door health person art history party result change morning reason research girl moment air teacher force education foot boy age policy music food season market plan type river road letter paper stone bridge garden winter summer spring table window street field tree horse fish bird metal glass silver iron ship train plane island mountain forest ocean lake village town church castle tower doctor soldier writer artist singer actor player coach judge lawyer engine machine wheel clock radio phone screen camera picture color light sound voice song dance shape circle square corner center edge surface weight length height depth speed space energy heat cold wind rain snow storm cloud star moon planet earth fire coal salt bread meat fruit apple milk coffee dinner kitchen bed chair wall floor roof key box bag coat hat ring watch card coin price cost value trade store shop loan tax budget profit loss income rate sign note page chapter title author reader library class test grade degree science theory model data list map chart graph report record file code language'.split(
    ' ',
  );

/** Generates endless random words. */
export function* wordsOf(random: Random): Generator<string, never> {
  for (;;) yield WORDS[Math.floor(random() * WORDS.length)] ?? '';
}

/** Returns the next `count` words. */
export function firstWords(words: Generator<string, never>, count: number): string[] {
  return Array.from({ length: count }, () => words.next().value);
}
