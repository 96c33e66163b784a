import { injectionTrial } from '../support/injection-trial.js';
import { allPayloads } from '../support/injections.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';

it('five hundred texts that want to be statements, at every place, change nothing and make PostgreSQL do nothing else', async () => {
  const gateway = await startTestGateway();
  await gateway.call('POST', '/api/callers', { body: { name: 'caller_all' } });
  const { tries, wrong, strange, usual, rows } = await injectionTrial(gateway, allPayloads);
  await gateway.close();

  tellFigure(
    'T34',
    `${String(allPayloads.length)} texts, ${String(tries)} tries: ${String(wrong.length)} served, ` +
      `${String(strange.length)} statements beside the ${String(usual)} usual ones`,
  );
  expect(allPayloads.length).toBeGreaterThanOrEqual(500);
  expect(wrong).toEqual([]);
  expect(strange).toEqual([]);
  expect(rows[1]).toEqual(rows[0]);
}, 600_000);
