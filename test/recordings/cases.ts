import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the repository, not in it: recorded answers of real providers. */
const folder = join(process.cwd(), '../shared/recordings');

export type RecordedWire = 'chat' | 'responses' | 'messages' | 'generate-content';

/** What a recording says. `null`: the wire does not tell. Counts of tokens as in `Usage`; `sources` and `files` are counts. */
export interface ExpectedAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly signatures: boolean;
  readonly toolCalls: readonly { readonly id: string | null; readonly name: string; readonly args: unknown }[];
  readonly serverToolCalls: readonly string[];
  readonly refusal: string | null;
  readonly finishRaw: string | null;
  readonly finish: string | null;
  readonly usage?: ExpectedUsage | null;
  readonly error: { readonly message: string } | null;
  readonly sources: number;
  readonly files: number;
  /** Items that the wire types as tools and the client runs itself. */
  readonly clientRunItems?: readonly { readonly id: string; readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

export interface ExpectedUsage {
  readonly input: number | null;
  readonly inputUncached?: number | null;
  readonly cached: number | null;
  readonly cacheWrite: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly toolUsePrompt?: number | null;
}

export interface Recording {
  readonly id: string;
  readonly kind: 'stream' | 'json' | 'json-array-stream';
  readonly provider: string;
  readonly api: RecordedWire;
  readonly features: readonly string[];
  readonly body: Buffer;
  /** The request's body, where it was recorded. */
  readonly request: unknown;
  readonly expected: ExpectedAnswer;
}

export interface RecordedError {
  readonly id: string;
  readonly provider: string;
  readonly api: RecordedWire;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A stream that was asked for as one JSON array; no file says what to expect of it. */
type RecordedArray = Pick<Recording, 'id' | 'provider' | 'body'>;

interface RecordedModelList {
  readonly id: string;
  readonly provider: string;
  readonly body: unknown;
}

export interface Recordings {
  readonly cases: readonly Recording[];
  readonly arrays: readonly RecordedArray[];
  readonly errors: readonly RecordedError[];
  readonly models: readonly RecordedModelList[];
}

interface IndexEntry extends Omit<Recording, 'body' | 'request' | 'expected'>, Omit<RecordedError, 'body' | 'api' | 'features'> {
  readonly file: string;
  readonly request: string | null;
  readonly expected?: string;
}

interface Index {
  readonly cases: readonly IndexEntry[];
  readonly errors: readonly IndexEntry[];
  readonly models: readonly IndexEntry[];
}

/** The cases of one wire, by providers where some are named. */
export function casesOf(recordings: Recordings, api: RecordedWire, providers?: readonly string[]): readonly Recording[] {
  return recordings.cases.filter((recording) => recording.api === api && (providers?.includes(recording.provider) ?? true));
}

/**
 * Like `describe`, for tests that read the recordings. Without the folder they skip and say so; with MAESTRO_TEST_STRICT=1 they
 * fail.
 */
export function describeRecordings(title: string, body: (recordings: Recordings) => void): void {
  if (existsSync(join(folder, 'index.json'))) {
    describe(title, () => {
      body(loaded());
    });
    return;
  }
  if (process.env['MAESTRO_TEST_STRICT'] === '1') {
    it(`${title}: finds the recordings`, () => {
      throw new Error(`there are no recordings at ${folder}, and MAESTRO_TEST_STRICT=1 wants them`);
    });
    return;
  }
  console.warn(`skipped for want of recordings at ${folder}: ${title}`);
  describe.skip(title, () => {
    it('reads the recordings', () => undefined);
  });
}

function loaded(): Recordings {
  const index = readJson('index.json') as Index;
  return {
    cases: index.cases.filter(({ expected }) => expected !== undefined).map(recordingFrom),
    arrays: index.cases
      .filter(({ kind }) => kind === 'json-array-stream')
      .map(({ id, provider, file }) => ({ id, provider, body: readFileSync(join(folder, file)) })),
    errors: index.errors.map((entry) => ({ ...entry, body: readFileSync(join(folder, entry.file), 'utf8') })),
    models: index.models.map((entry) => ({ ...entry, body: readJson(entry.file) })),
  };
}

/** Bodies are read when they are asked for: a spec looks at one wire of four. */
function recordingFrom(entry: IndexEntry): Recording {
  return {
    id: entry.id,
    kind: entry.kind,
    provider: entry.provider,
    api: entry.api,
    features: entry.features,
    get body() {
      return readFileSync(join(folder, entry.file));
    },
    get request() {
      return entry.request === null ? undefined : readJson(entry.request);
    },
    get expected() {
      return (readJson(entry.expected ?? '') as { readonly expected: ExpectedAnswer }).expected;
    },
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}
