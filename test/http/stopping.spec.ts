import { tellFigure } from '../support/tell-figure.js';
import type { StoppingScene } from './stopping-scene.js';
import { startStoppingScene } from './stopping-scene.js';

const [streams, refreshes] = [24, 4];

describe('the process of a gateway that is stopped while it streams and refreshes', () => {
  let scene: StoppingScene;
  beforeAll(async () => {
    scene = await startStoppingScene(refreshes);
  }, 180_000);
  afterAll(() => scene.close());

  it.each([['once', { drainMs: 0 }] as const, ['twice', 'twice'] as const])(
    'cuts no stream without a word, loses no refresh, and ends with 0: told %s',
    async (times, stopping) => {
      const { exitCode, outcomes, lost, tokenCalls, milliseconds } = await scene.round(streams, refreshes, stopping);
      const told = outcomes.filter((outcome) => outcome === 'gateway.shutting-down').length;
      tellFigure(
        'T30',
        `${String(streams)} streams and ${String(refreshes)} refreshes, stopped ${times}: ${String(told)} told, ${String(lost.length)} lost; ` +
          `gone after ${String(milliseconds)} ms (the issuer takes 2 s)`,
      );

      expect({ exitCode, outcomes: [...new Set(outcomes)], lost, tokenCalls }).toEqual({
        ...{ exitCode: 0, outcomes: ['gateway.shutting-down'], lost: [], tokenCalls: refreshes },
      });
    },
    120_000,
  );
});
