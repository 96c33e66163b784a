/** What a simulated answer says, before either wire puts it into its own words. */
export interface Script {
  readonly thoughts: readonly string[];
  readonly words: readonly string[];
  readonly refusal: readonly string[];
  readonly calls: readonly SimulatedCall[];
  /** The limit of tokens was reached. */
  readonly isTooLong: boolean;
}

export interface SimulatedCall {
  readonly name: string;
  /** The arguments, as they are cut on the wire. */
  readonly pieces: readonly string[];
}

/** One request for an answer, in either wire. */
export interface SimulatedTurn {
  readonly model: string;
  readonly isStreamed: boolean;
  /** What the user said last. */
  readonly prompt: string;
}

export const demoPrompt = 'What does Maestro do for me?';

const demoText =
  'I am "personal_gpt", a session with a name of your own choosing; my key is sealed in your database and nowhere else. ' +
  'Maestro lets one program talk to every provider in the same way, each under the login that you picked for it. ' +
  'Swap the name and another account answers 🎼 without a line of your code changing.';

const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

const empty: Script = { thoughts: [], words: [], refusal: [], calls: [], isTooLong: false };

export function scriptOf({ model, prompt }: SimulatedTurn): Script {
  const words = piecesOf(prompt === demoPrompt ? demoText : plainText);
  switch (model) {
    case 'sim-reasoning':
      return { ...empty, thoughts: ['The question is easy; ', 'a short answer will do.'], words };
    case 'sim-tools':
      return { ...empty, words: ['Let me look ', 'that up.'], calls };
    case 'sim-refusal':
      return { ...empty, refusal: ['I am sorry, but ', 'I would rather not.'] };
    case 'sim-length':
      return { ...empty, words: words.slice(0, 5), isTooLong: true };
    default:
      return { ...empty, words };
  }
}

const calls: readonly SimulatedCall[] = [
  { name: 'get_weather', pieces: ['{"ci', 'ty":"Zü', 'rich"}'] },
  { name: 'get_time', pieces: ['{', '}'] },
];

function piecesOf(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

export const inputTokens = 21;
export const cachedTokens = 16;

/** A made-up count that grows with what was said. */
export function outputTokens({ thoughts, words, refusal, calls: asked }: Script): number {
  return thoughts.length + words.length + refusal.length + asked.flatMap(({ pieces }) => pieces).length;
}
