import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { KeyRotationStatus } from '../../src/core/key-rotation/key-rotation.port.js';
import type { MigrationStatus } from '../../src/core/migrations/migrations.port.js';
import { SessionStore } from '../../src/core/sessions/session-store.port.js';
import type { Workbench } from '../../src/transports/cli/workbench.js';
import { anApiKey } from '../support/a-session.js';
import type { InMemorySessionStore } from '../support/in-memory-session-store.js';
import { migrationsOf, runTool, workbenchOf, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

const sound: KeyRotationStatus = {
  primaryId: 'k1',
  keys: [{ keyId: 'k1', isPrimary: true, isHeld: true, isRetired: false, uses: [], rows: 1 }],
  remaining: 0,
  replicas: [],
};
const applied: MigrationStatus = { steps: [{ name: 'One1', isApplied: true }], unknownSteps: [], parkedRows: 0 };

describe('maestro doctor', () => {
  let maestro: RunningMaestro;
  let store: InMemorySessionStore;

  beforeEach(async () => {
    maestro = await startMaestro({ providers: [wholeProvider()] });
    store = maestro.application.get(SessionStore, { strict: false });
    for (const name of ['work_key', 'home_key']) {
      await maestro.sessions.create({ provider: 'whole', authType: 'api_key', name, credentials: anApiKey(`whole-key-of-${name}-0123`) });
    }
  });
  afterEach(async () => {
    await maestro.close();
  });

  interface Told {
    readonly schema?: Partial<MigrationStatus>;
    readonly keys?: Partial<KeyRotationStatus>;
  }

  const workbench = ({ schema = {}, keys = {} }: Told = {}): Workbench => ({
    ...workbenchOver(maestro),
    migrations: () => migrationsOf({ status: async () => ({ ...applied, ...schema }) }).migrations(),
    keyRotation: async () => {
      const unused = (): Promise<never> => Promise.reject(new Error('not asked for'));
      return { status: async () => ({ ...sound, ...keys }), rotate: unused, retire: unused };
    },
  });
  const doctor = (bench = workbench(), ...options: readonly string[]): ReturnType<typeof runTool> =>
    runTool(['doctor', ...options], { workbench: bench });

  it('finds everything well', async () => {
    const { exitCode, output, errors } = await doctor();

    expect(errors).toBe('');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^database +well +answers\nschema +well .*\nkeys +well +are all here, k1 is the primary\n/);
    expect(output).toMatch(/\nwhole\/api_key\/work_key +active +- +yes /);
  });

  it('says of each session what to do, and ends with 78 where that needs a person', async () => {
    const [first, second] = [...store.rows.values()];
    if (first === undefined || second === undefined) throw new Error('there are two');
    const nextRefreshAt = new Date('2026-01-01T00:00:00Z');
    store.put({ ...first, status: 'reauth_required', statusReason: 'rotation_lost', expiresAt: new Date(0), lastRefreshAt: new Date(1) });
    store.put({ ...second, status: 'disabled', nextRefreshAt });

    const { exitCode, output, errors } = await doctor();

    expect(output).toMatch(/work_key +reauth_required +rotation_lost +yes +1970-01-01T00:00:00.000Z +1970-01-01T00:00:00.001Z +-\n/);
    expect(output).toMatch(/\nwhole\/api_key\/work_key +a refresh was cut off/);
    expect(output).toMatch(/\nwhole\/api_key\/home_key +nothing to do; somebody disabled it/);
    expect(errors).toBe('maestro: 1 thing needs a person; the report says what to do about each\n');
    expect(exitCode).toBe(78);
  });

  it('opens every secret, and says so of one that cannot be opened', async () => {
    const [row] = [...store.rows.values()];
    if (row === undefined) throw new Error('there is one');
    store.put({ ...row, secret: { ...row.secret, bytes: Buffer.from('[{}, "of another place"]') } });

    const { exitCode, output } = await doctor(workbench(), '--json');

    expect(exitCode).toBe(78);
    expect(JSON.parse(output)).toMatchObject({
      parts: [{ part: 'database' }, { part: 'schema' }, { part: 'keys', isWell: true }],
      sessions: expect.arrayContaining([
        expect.objectContaining({ name: 'work_key', status: 'unreadable', isReadable: false, needsPerson: true }),
        expect.objectContaining({ name: 'home_key', status: 'active', isReadable: true, needsPerson: false }),
      ]),
    });
    expect(output).not.toContain('whole-key-of');
  });

  it('finds sessions of a provider that is not served', async () => {
    const [row] = [...store.rows.values()];
    if (row === undefined) throw new Error('there is one');
    store.put({ ...row, provider: ProviderId.parse('vanished') });

    expect((await doctor()).output).toContain('its provider vanished is not served here');
  });

  it.each<[string, Told, RegExp]>([
    ['a schema that is older', { schema: { steps: [{ name: 'Two2', isApplied: false }] } }, /schema +ILL +lacks 1 steps/],
    ['a schema that is newer', { schema: { unknownSteps: ['Nine9'] } }, /schema +ILL +is of a newer Maestro/],
    [
      'a key that is gone',
      { keys: { keys: [{ keyId: 'k0', isPrimary: false, isHeld: false, isRetired: false, uses: [], rows: 3 }] } },
      /keys +ILL +lack k0/,
    ],
  ])('stops at %s, before any session', async (_what, told, text) => {
    const { exitCode, output } = await doctor(workbench(told));

    expect(output).toMatch(text);
    expect(output).not.toContain('work_key');
    expect(exitCode).toBe(78);
  });

  it('mentions rows that are parked or wait for a rotation, which is nobody’s trouble', async () => {
    const { exitCode, output } = await doctor(workbench({ schema: { parkedRows: 2 }, keys: { remaining: 4 } }));

    expect(output).toContain('and 2 rows are parked');
    expect(output).toContain('4 rows wait for `maestro encryption rotate`');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['database', new MaestroError('database.unavailable', {})],
    ['keys', new MaestroError('encryption.key-service-away', {})],
  ])('says that the %s cannot be reached', async (part, error) => {
    const { exitCode, output } = await doctor(workbenchOf({ migrations: () => Promise.reject(error) }));

    expect(output).toMatch(new RegExp(`^${part} +ILL +`));
    expect(exitCode).toBe(78);
  });

  it('makes no finding of what nobody foresaw', async () => {
    const { exitCode, unexpected } = await doctor(workbenchOf({ migrations: () => Promise.reject(new TypeError('a bug')) }));

    expect(exitCode).toBe(70);
    expect(unexpected).toHaveLength(1);
  });

  it('can be interrupted', async () => {
    const { exitCode } = await runTool(['doctor'], { workbench: workbench(), signal: AbortSignal.abort() });

    expect(exitCode).toBe(130);
  });
});
