import { injectionTrial } from '../support/injection-trial.js';
import { payloads } from '../support/injections.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';

describe('text that wants to be a statement', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
    await gateway.call('POST', '/api/callers', { body: { name: 'caller_all' } });
  }, 60_000);
  afterAll(() => gateway.close());

  it('changes no row, is refused, and makes PostgreSQL do nothing that harmless text does not', async () => {
    const { tries, wrong, strange, usual, rows } = await injectionTrial(gateway, payloads);

    tellFigure(
      'T34',
      `${String(tries)} tries: ${String(wrong.length)} served, ${String(strange.length)} statements beside the ${String(usual)} usual ones`,
    );
    expect(tries).toBeGreaterThanOrEqual(500);
    expect(wrong).toEqual([]);
    expect(strange).toEqual([]);
    expect(usual).toBeGreaterThan(5);
    expect(rows[1]).toEqual(rows[0]);
  }, 60_000);

  it('is refused where the database could not hold it', async () => {
    const { status } = await gateway.call('GET', `/api/audit?target=${encodeURIComponent('nul \0 in it')}`);
    expect(status).toBe(400);
  });
});
