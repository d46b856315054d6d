import type { Topic } from './topic.js';

/** Greetings in other languages get answers in the same language. */
export const GREETINGS: readonly Topic[] = [
  {
    match: /^\W*(?:bonjour|salut|bonsoir|coucou)\b/i,
    text: `Bonjour ! Je suis le simulateur de vastar-tui : je parle comme une API de modèle de langage, mais mes réponses sont préparées. Je n'en ai guère en français ; essayez « Show me emoji and other scripts » ou « Explain quantum computing ».`,
  },
  {
    match: /^\W*(?:hola|buenos d[ií]as|buenas)(?!\p{L})/iu,
    text: `¡Hola! Soy el simulador de vastar-tui: hablo como la API de un modelo de lenguaje, pero mis respuestas están preparadas. En español sé poco; prueba «Show me a table» o «Explain quantum computing».`,
  },
  {
    match: /^\W*(?:hallo|guten (?:tag|morgen|abend)|servus|moin|grüß)(?!\p{L})/iu,
    text: `Hallo! Ich bin der Simulator von vastar-tui: Ich spreche wie die Schnittstelle eines Sprachmodells, aber meine Antworten sind vorbereitet. Auf Deutsch kann ich nicht viel; versuche „Show me some code“ oder „Write a long text“.`,
  },
  {
    match: /^\W*(?:ciao|buongiorno|buonasera|salve)\b/i,
    text: `Ciao! Sono il simulatore di vastar-tui: parlo come l'API di un modello linguistico, ma le mie risposte sono preparate. In italiano so poco; prova «Show me some code» o «Tell me a joke».`,
  },
  {
    match: /^\W*(?:ol[áa]|bom dia|boa (?:tarde|noite))(?!\p{L})/iu,
    text: `Olá! Sou o simulador do vastar-tui: falo como a API de um modelo de linguagem, mas as minhas respostas estão preparadas. Em português sei pouco; experimente "Show me a table" ou "Write a haiku".`,
  },
  {
    match: /^\W*(?:hai|halo|selamat (?:pagi|siang|sore|malam)|apa kabar)\b/i,
    text: `Halo! Saya simulator dari vastar-tui: saya berbicara seperti API model bahasa, tetapi jawaban saya sudah disiapkan. Dalam bahasa Indonesia saya hanya tahu sedikit; coba "Show me some code" atau "Explain quantum computing".`,
  },
  {
    match: /^\W*(?:привет|здравствуй|добр(?:ый|ое))/i,
    text: `Здравствуйте! Я симулятор из vastar-tui: отвечаю как API языковой модели, но ответы мои подготовлены заранее. По-русски я знаю немного; попробуйте «Show me emoji and other scripts».`,
  },
  {
    match: /^\W*(?:你好|您好|早上好|晚上好)/u,
    text: `你好！我是 vastar-tui 附带的模拟器：我像语言模型的接口一样回答，但内容是事先准备好的。中文我只会一点，可以试试 "Show me emoji and other scripts"。`,
  },
  {
    match: /^\W*(?:こんにちは|こんばんは|おはよう|やあ)/u,
    text: `こんにちは。vastar-tui 付属のシミュレーターです。言語モデルの API と同じように話しますが、答えは前もって用意されたものです。"Show me emoji and other scripts" と送ってみてください。`,
  },
  {
    match: /^\W*(?:안녕)/u,
    text: `안녕하세요! 저는 vastar-tui에 포함된 시뮬레이터입니다. 언어 모델 API처럼 말하지만 답변은 미리 준비된 것입니다. "Show me emoji and other scripts"라고 보내 보세요.`,
  },
  {
    match: /^\W*(?:नमस्ते|नमस्कार)/u,
    text: `नमस्ते! मैं vastar-tui का सिम्युलेटर हूँ: मैं भाषा मॉडल के API की तरह बोलता हूँ, पर मेरे उत्तर पहले से तैयार हैं। "Show me emoji and other scripts" भेजकर देखिए।`,
  },
  {
    match: /^\W*(?:مرحب|السلام عليكم|أهلا)/u,
    text: `مرحباً! أنا المحاكي المرفق مع vastar-tui: أتكلم مثل واجهة نموذج لغوي، لكن إجاباتي مُعدّة مسبقاً. جرّب "Show me emoji and other scripts".`,
  },
];
