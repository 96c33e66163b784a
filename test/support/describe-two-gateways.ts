import { describeWithBroker } from './brokers.js';
import { codeOf } from './code-of.js';
import { brokenInvariants } from './invariants.js';
import type { AskedChat, Outcome } from './shared-load.js';
import { askedChats, chatOf, keyFor, makeSession, sendLoad, workSessions } from './shared-load.js';
import type { Twin, TwoGateways } from './two-gateways.js';
import { startTwoGateways } from './two-gateways.js';
import { until } from './until.js';

export interface Measure {
  /** While one is killed; a quarter of it follows when the other is alone. */
  readonly calls: number;
  /** Calls at a time. */
  readonly workers: number;
}

/** What was seen of a load in whose middle one of two gateways was killed. */
interface Course {
  readonly during: readonly Outcome[];
  readonly after: readonly Outcome[];
  /** How a stream ended that the killed one carried. */
  readonly brokenStream: string | undefined;
  /** Ids of the requests that each has in its log, the killed one's first. */
  readonly logged: readonly [readonly string[], readonly string[]];
  readonly asked: readonly AskedChat[];
  /** Names of the sessions in the database. */
  readonly made: readonly string[];
  /** How often each request was answered. */
  readonly answers: readonly number[];
}

export function describeTwoGateways({ calls, workers }: Measure): void {
  describeWithBroker('nats', `two gateways in one queue group, of which one is killed among ${String(calls)} calls`, () => {
    let gateways: TwoGateways;
    let course: Course;
    beforeAll(async () => {
      gateways = await startTwoGateways();
      for (const session of workSessions) await makeSession(gateways, session);
      course = await runCourse(gateways, { calls, workers });
      process.stdout.write(`\n${report(course)}\n`);
    }, 600_000);
    afterAll(async () => {
      await gateways.close();
    });

    it('share the load', () => {
      const [first, second] = course.logged.map((ids) => ids.filter((id) => id.startsWith('during')).length);
      expect(first).toBeGreaterThan(calls / 10);
      expect(second).toBeGreaterThan(calls / 10);
    });

    it('lose what was under way in the killed one, with an error that says so, and nothing else', () => {
      const lost = course.during.filter(isLost);
      // Who waited in vain asked again when the broker had long noticed: none of them loses two.
      expect(lost.length).toBeLessThanOrEqual(workers);
      const clear = ({ kind, failure }: Outcome) => failure === (kind === 'chat.complete' ? 'request.cancelled' : 'gateway.unreachable');
      expect(lost.filter((outcome) => !clear(outcome))).toEqual([]);
      expect(lost.filter(({ id }) => course.logged[1].includes(id))).toEqual([]);
      expect(course.brokenStream).toBe('gateway.unreachable');
    });

    it('go on as one', () => {
      expect(course.after.filter(isLost)).toEqual([]);
      const logged = new Set(course.logged[1]);
      expect(course.after.filter(({ id }) => !logged.has(id))).toEqual([]);
    });

    it('answer no request twice, and ask the provider once, with the right key', () => {
      expect(course.answers.filter((count) => count !== 1)).toEqual([]);
      expect(twice(course.logged.flat())).toEqual([]);
      const asked = new Set(course.asked.map(({ id }) => id));
      expect(asked.size).toBe(course.asked.length);
      expect(course.asked.filter(({ hasRightKey }) => !hasRightKey)).toEqual([]);
      const answered = [...course.during, ...course.after].filter((outcome) => !isLost(outcome));
      expect(answered.filter(({ kind, id }) => kind.startsWith('chat') && !asked.has(id))).toEqual([]);
    });

    it('keep every session that was answered for, once and whole', async () => {
      const { client, twins, database, keyRing } = gateways;
      const made = new Set(course.made);
      expect(made.size).toBe(course.made.length);
      const created = [...course.during, ...course.after].filter((outcome) => outcome.kind === 'sessions.create' && !isLost(outcome));
      expect(created.filter(({ id }) => !made.has(id))).toEqual([]);

      const session = created.find(({ id }) => course.logged[0].includes(id))?.id ?? 'none';
      await client.completeChat(chatOf(gateways, 'the_last', session));
      expect(askedChats(gateways, twins[1]).at(-1)).toEqual({ id: 'the_last', hasRightKey: true });
      const broken = await brokenInvariants({
        ...{ dataSource: database.dataSource, keyRing },
        canaries: course.made.map((name) => keyFor(gateways, name)),
        outputs: twins.map(({ log }) => JSON.stringify(log)),
      });
      expect(broken).toEqual([]);
    }, 120_000);
  });
}

async function runCourse(gateways: TwoGateways, { calls, workers }: Measure): Promise<Course> {
  const [victim, survivor] = gateways.twins;
  let killing: Promise<string> | undefined;
  const during = await sendLoad(gateways, {
    ...{ name: 'during', calls, workers },
    onEnd: (ended) => {
      if (ended >= calls / 2) killing ??= killWhileItStreams(gateways, victim);
    },
  });
  const brokenStream = await killing;
  const after = await sendLoad(gateways, { name: 'after', calls: Math.ceil(calls / 4), workers });
  // A line of the log arrives after the answer that it tells of.
  await until(() => requestsIn(survivor).filter((id) => id.startsWith('after')).length >= after.length);
  const rows = await gateways.database.dataSource.query<readonly { name: string }[]>('select name from saved_authentications');
  const answers = await gateways.answers();
  return {
    ...{ during, after, brokenStream },
    logged: [requestsIn(victim), requestsIn(survivor)],
    asked: gateways.twins.flatMap((twin) => askedChats(gateways, twin)),
    made: rows.map(({ name }) => name),
    answers: [...answers.values()],
  };
}

/** Begins streams until the gateway carries one, and kills it. Resolves with how that stream ended. */
async function killWhileItStreams(gateways: TwoGateways, victim: Twin): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const id = `endless_${String(tries)}`;
    const chat = chatOf(gateways, id, workSessions[0], 'sim-slow');
    const stream = gateways.client.streamChat(chat, { requestId: id })[Symbol.asyncIterator]();
    await stream.next();
    if (askedChats(gateways, victim).some((asked) => asked.id === id)) {
      await victim.kill();
      return codeOf(toItsEnd(stream));
    }
    await stream.return?.(undefined);
  }
}

async function toItsEnd(stream: AsyncIterator<unknown>): Promise<void> {
  for (;;) if ((await stream.next()).done === true) return;
}

function requestsIn({ log }: Twin): readonly string[] {
  return log.filter(({ msg }) => msg === 'request').map(({ requestId }) => String(requestId));
}

const isLost = ({ failure }: Outcome): boolean => failure !== undefined;

function twice(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

function report({ during, after, brokenStream, logged, asked, made, answers }: Course): string {
  const outcomes = [...during, ...after].filter((outcome) => !isLost(outcome));
  const share = (ids: readonly string[]): string => {
    const known = new Set(ids);
    return counted(outcomes.filter(({ id }) => known.has(id)).map(({ kind }) => kind));
  };
  const lost = during.filter(isLost).map(({ kind, failure = '' }) => `${kind} with ${failure}`);
  return [
    `two gateways: ${String(during.length)} calls, kill -9 of one in their middle, ${String(after.length)} calls to the other`,
    `  lost at the kill: ${counted(lost)}; its stream ended with ${String(brokenStream)}; lost afterwards: ${counted(after.filter(isLost))}`,
    `  answered by the killed one: ${share(logged[0])}`,
    `  answered by the other: ${share(logged[1])}`,
    `  requests answered ${String(answers.length)}, more than once ${String(answers.filter((count) => count > 1).length)}; ` +
      `chats at the provider ${String(asked.length)}, twice ${String(twice(asked.map(({ id }) => id)).length)}; ` +
      `sessions in the database ${String(made.length)}, twice ${String(twice(made).length)}`,
  ].join('\n');
}

/** How many, and how many of each. */
function counted(items: readonly unknown[]): string {
  const counts = new Map<string, number>();
  for (const item of items.map(String)) counts.set(item, (counts.get(item) ?? 0) + 1);
  const parts = [...counts].sort().map(([item, count]) => `${String(count)} ${item}`);
  return parts.length === 0 ? '0' : `${String(items.length)} (${parts.join(', ')})`;
}
