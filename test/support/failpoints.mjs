// Preloaded into a process that a test wants to die (SIGKILL) at one exact point, so that the program itself knows of none.
// MAESTRO_TEST_DIE_AT says where, as JSON: a statement, one of the spool's file operations, or a step of an HTTP exchange.
import diagnostics from 'node:diagnostics_channel';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

import pg from 'pg';

const { statement, since, file, folder, wire, when = 'before', nth = 1 } = JSON.parse(process.env.MAESTRO_TEST_DIE_AT ?? '{}');

let met = 0;

/** At the n-th meeting; nothing runs after it, in whatever time the signal takes. */
function meet(moment) {
  if (moment !== when) return;
  met += 1;
  if (met !== nth) return;
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (statement !== undefined) {
  const { query } = pg.Client.prototype;
  let isArmed = since === undefined;
  pg.Client.prototype.query = function (...values) {
    const name = values[0]?.name ?? values[0]?.text ?? values[0];
    if (name === since) isArmed = true;
    if (!isArmed || name !== statement) return Reflect.apply(query, this, values);
    meet('before');
    const last = values.at(-1);
    if (typeof last === 'function') {
      values[values.length - 1] = (...answer) => {
        meet('after');
        last(...answer);
      };
      return Reflect.apply(query, this, values);
    }
    return Reflect.apply(query, this, values).then((answer) => {
      meet('after');
      return answer;
    });
  };
}

if (file !== undefined) {
  const around = (operation, work) => async () => {
    if (operation === file) meet('before');
    const result = await work();
    if (operation === file) meet('after');
    return result;
  };
  const { open, rename, rm } = files;
  const isOurs = (path) => String(path).startsWith(folder);
  files.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    if (!isOurs(path)) return handle;
    for (const operation of ['writeFile', 'sync']) {
      const work = handle[operation].bind(handle);
      handle[operation] = (...values) => around(operation, () => work(...values))();
    }
    return handle;
  };
  files.rename = (from, to) => (isOurs(from) ? around('rename', () => rename(from, to))() : rename(from, to));
  files.rm = (path, ...rest) => (isOurs(path) ? around('rm', () => rm(path, ...rest))() : rm(path, ...rest));
  syncBuiltinESMExports();
}

if (wire !== undefined) diagnostics.subscribe(`undici:${wire}`, () => meet('before'));
