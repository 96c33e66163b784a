// One subject in a process of its own: streams chats one after the other when told to, and tells what they cost.
import { subjects } from './subjects.mjs';

const { WIRE, SUBJECT, UPSTREAM, KEY } = process.env;
const { stream, stop } = await subjects[WIRE][SUBJECT]({ upstream: UPSTREAM, key: KEY });
let work = Promise.resolve();

process.on('message', ({ requests, deltas }) => {
  work = work
    .then(async () => {
      const before = process.cpuUsage();
      for (let request = 0; request < requests; request += 1) {
        const texts = await stream();
        if (texts !== deltas) {
          process.send({ error: `${String(texts)} texts of ${String(deltas)}` });
          return;
        }
      }
      const { user, system } = process.cpuUsage(before);
      process.send({ micros: (user + system) / requests });
    })
    .catch((error) => process.send({ error: String(error) }));
});
process.on('SIGTERM', () => void work.then(stop).then(() => process.exit(0)));
process.send({ isReady: true });
