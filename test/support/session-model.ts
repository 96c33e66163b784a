import * as fc from 'fast-check';

import type { AuthType } from '../../src/contracts/auth-type.js';
import type { Credentials } from '../../src/contracts/credentials.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { Session, SessionAddress } from '../../src/contracts/session.js';
import type { Sessions } from '../../src/core/sessions/sessions.js';
import { anApiKey, tokens } from './a-session.js';
import type { Model, Target } from './known-sessions.js';
import { changesFrom, find, isTaken, shown, twinsOf, update } from './known-sessions.js';

type Outcome = { readonly code: string } | { readonly session: object } | { readonly sessions: readonly object[] } | 'done';

const provider = ProviderId.parse('whole');
const authTypes = ['api_key', 'oauth'] as const;

const name = fc.constantFrom('one', 'ONE', 'two', 'Three-3');
const authType = fc.constantFrom(...authTypes);
const secret = fc.constantFrom('whole-secret-0123456789-a', 'whole-secret-0123456789-b', 'whole-secret-0123456789-c');
const label = fc.constantFrom('Team', '', 'Ω "x"');
const target = fc.record({ authType, name });

/** One thing to do to the vault: what the model says comes of it is what must come of it. */
class Step<T> implements fc.AsyncCommand<Model, Sessions> {
  constructor(
    private readonly what: string,
    private readonly given: T,
    private readonly expected: (model: Model, given: T) => Outcome,
    private readonly act: (sessions: Sessions, given: T) => Promise<Outcome>,
    /** What becomes of the model where it went well. */
    private readonly learn: (model: Model, given: T, outcome: Outcome) => void = () => undefined,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, sessions: Sessions): Promise<void> {
    const expected = this.expected(model, this.given);
    const outcome = await this.act(sessions, this.given).catch(refusal);
    if (outcome === 'done' || 'code' in outcome) expect(outcome).toEqual(expected);
    else expect(outcome).toMatchObject(expected as object);
    if (outcome === 'done' || !('code' in outcome)) this.learn(model, this.given, outcome);
  }

  toString(): string {
    return `${this.what} ${JSON.stringify(this.given)}`;
  }
}

function refusal(error: unknown): Outcome {
  if (MaestroError.is(error)) return { code: error.code };
  throw error;
}

function credentialsOf(type: AuthType, text: string): Credentials {
  return type === 'api_key' ? anApiKey(text) : tokens({ refreshToken: Secret.of(text) });
}

function addressOf({ authType: type, name: session }: Target): SessionAddress {
  return { provider, authType: type, session };
}

const missing = { code: 'session.not-found' };
const taken = { code: 'session.name-taken' };

function idIn(outcome: Outcome): string {
  return (outcome as { session: Session }).session.id;
}

const creating = fc.record({ authType, name, secret, label: fc.option(label, { nil: undefined }) }).map(
  (given) =>
    new Step(
      'create',
      given,
      (model, { secret: text, ...rest }) =>
        isTaken(model, rest) ? taken : { session: { ...shown({ ...rest, isDisabled: false }), ...twinsOf(model, rest.authType, text) } },
      async (sessions, { secret: text, label: own, ...rest }) => ({
        session: await sessions.create({
          ...rest,
          provider,
          credentials: credentialsOf(rest.authType, text),
          ...(own !== undefined && { label: own }),
        }),
      }),
      (model, given, outcome) => model.set(idIn(outcome), { ...given, id: idIn(outcome), isDisabled: false }),
    ),
);

const getting = target.map(
  (given) =>
    new Step(
      'get',
      given,
      (model, wanted) => {
        const known = find(model, wanted);
        return known === undefined ? missing : { session: { ...shown(known), id: known.id } };
      },
      async (sessions, wanted) => ({ session: await sessions.get(addressOf(wanted)) }),
    ),
);

const gettingByName = name.map(
  (given) =>
    new Step(
      'get by name',
      given,
      (model, session) => {
        const [known, another] = authTypes.flatMap((type) => find(model, { authType: type, name: session }) ?? []);
        if (another !== undefined) return { code: 'session.ambiguous' };
        return known === undefined ? missing : { session: { id: known.id } };
      },
      async (sessions, session) => ({ session: await sessions.get({ provider, session }) }),
    ),
);

const changing = fc
  .record({
    of: target,
    change: fc.record({ name, label: fc.option(label), disabled: fc.boolean() }, { requiredKeys: [] }),
  })
  .map(
    (given) =>
      new Step(
        'change',
        given,
        (model, { of, change }) => {
          const known = find(model, of);
          if (known === undefined) return missing;
          if (change.name !== undefined && isTaken(model, { ...of, name: change.name }, known.id)) return taken;
          return { session: { ...shown({ ...known, ...changesFrom(change) }), id: known.id } };
        },
        async (sessions, { of, change }) => ({ session: await sessions.change(addressOf(of), change) }),
        (model, { of, change }) => {
          update(model, of, changesFrom(change));
        },
      ),
  );

const replacing = fc.record({ of: target, secret }).map(
  (given) =>
    new Step(
      'replace',
      given,
      (model, { of, secret: text }) => {
        const known = find(model, of);
        if (known === undefined) return missing;
        return { session: { ...shown({ ...known, isDisabled: false }), ...twinsOf(model, of.authType, text, known.id) } };
      },
      async (sessions, { of, secret: text }) => ({
        session: await sessions.replaceCredentials(addressOf(of), { credentials: credentialsOf(of.authType, text) }),
      }),
      (model, { of, secret: text }) => {
        update(model, of, { secret: text, isDisabled: false });
      },
    ),
);

const cloning = fc.record({ of: target, to: name }).map(
  (given) =>
    new Step(
      'clone',
      given,
      (model, { of, to }) => {
        const known = find(model, of);
        if (known === undefined) return missing;
        if (isTaken(model, { ...of, name: to })) return taken;
        return { session: { ...shown({ ...known, name: to }), ...twinsOf(model, of.authType, known.secret) } };
      },
      async (sessions, { of, to }) => ({ session: await sessions.clone(addressOf(of), { name: to }) }),
      (model, { of, to }, outcome) => {
        const known = find(model, of);
        if (known !== undefined) model.set(idIn(outcome), { ...known, id: idIn(outcome), name: to });
      },
    ),
);

const deleting = target.map(
  (given) =>
    new Step<Target>(
      'delete',
      given,
      (model, wanted) => (find(model, wanted) === undefined ? missing : 'done'),
      async (sessions, wanted) => {
        await sessions.delete(addressOf(wanted));
        return 'done';
      },
      (model, wanted) => {
        const known = find(model, wanted);
        if (known !== undefined) model.delete(known.id);
      },
    ),
);

const listing = fc.record({ status: fc.constantFrom('active', 'disabled') }, { requiredKeys: [] }).map(
  (given) =>
    new Step(
      'list',
      given,
      (model, { status }) => ({
        sessions: [...model.values()]
          .filter(({ isDisabled }) => status === undefined || isDisabled === (status === 'disabled'))
          .sort((one, other) => (one.id < other.id ? -1 : 1))
          .map((known) => ({ ...shown(known), id: known.id })),
      }),
      async (sessions, query) => ({ sessions: (await sessions.list({ provider, ...query })).data }),
    ),
);

/** A life of some sessions, at random, of so many steps. */
function lives(length: number): fc.Arbitrary<readonly fc.AsyncCommand<Model, Sessions>[]> {
  const steps = [creating, creating, getting, gettingByName, changing, replacing, cloning, deleting, listing];
  return fc.array<fc.AsyncCommand<Model, Sessions>>(fc.oneof(...steps), { minLength: length, maxLength: length });
}

/** The vault does what the model says, life after life; each leaves it empty again. */
export async function livesAsModelled(
  sessions: Sessions,
  options: { readonly runs: number; readonly length: number; readonly seed?: number },
) {
  let steps = 0;
  const property = fc.asyncProperty(lives(options.length), async (commands) => {
    const model: Model = new Map();
    try {
      await fc.asyncModelRun(() => ({ model, real: sessions }), commands);
    } finally {
      for (const { id } of (await sessions.list({ limit: 200 })).data) await sessions.delete({ id });
    }
    steps += commands.length;
  });
  await fc.assert(property, { numRuns: options.runs, ...(options.seed !== undefined && { seed: options.seed }) });
  return steps;
}
