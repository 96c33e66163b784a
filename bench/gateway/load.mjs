// The load, in a process of its own. It reads every byte and holds none. Either so many requests, so many at a time, each begun
// when another ended; or pairs of requests, one after the other, to two servers in turn.
import { Pool } from 'undici';

process.on('message', (job) => {
  (job.beside === undefined ? run(job) : pairs(job)).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});

async function run({ url, path, headers, body, requests, concurrency }) {
  const pool = new Pool(url, { connections: concurrency, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const firstBytes = [];
  let failures = 0;
  let left = requests;
  const begin = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const { status, firstByteMs } = await once(pool, { path, headers, body });
      firstBytes.push(firstByteMs);
      if (status !== 200) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return { seconds, failures, firstBytes };
}

/** Milliseconds to the first byte at both servers, pair by pair. */
async function pairs({ beside, requests, ...job }) {
  const sides = [job, beside].map((side) => ({ ...side, pool: new Pool(side.url, { connections: 1 }), firstBytes: [] }));
  let failures = 0;
  for (let pair = 0; pair < requests; pair += 1) {
    for (const { pool, firstBytes, ...ask } of pair % 2 === 0 ? sides : sides.toReversed()) {
      const { status, firstByteMs } = await once(pool, ask);
      if (status !== 200) failures += 1;
      firstBytes.push(firstByteMs);
    }
  }
  await Promise.all(sides.map(({ pool }) => pool.close()));
  return { failures, firstBytes: sides[0].firstBytes, besideFirstBytes: sides[1].firstBytes };
}

function once(pool, { path, headers, body }) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let status = 0;
    let firstByteMs;
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart() {},
        onResponseStart(_controller, given) {
          status = given;
        },
        onResponseData() {
          firstByteMs ??= performance.now() - begin;
        },
        onResponseEnd() {
          resolve({ status, firstByteMs: firstByteMs ?? performance.now() - begin });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

process.send?.({ isReady: true });
