import { tellFigure } from '../support/tell-figure.js';
import type { StoppingScene } from './stopping-scene.js';
import { startStoppingScene } from './stopping-scene.js';

const [streams, refreshes, most] = [200, 20, 50];

/** Milliseconds after which no further round begins. */
const enough = 180_000;

describe('the process of a gateway that is stopped again and again while it streams and refreshes', () => {
  let scene: StoppingScene;
  beforeAll(async () => {
    scene = await startStoppingScene(refreshes);
  }, 180_000);
  afterAll(() => scene.close());

  it('cuts no stream without a word, loses no refresh, and ends with 0', async () => {
    const since = performance.now();
    const faults: unknown[] = [];
    let rounds = 0;
    for (; rounds < most && performance.now() - since < enough; rounds += 1) {
      const stopping = rounds % 2 === 0 ? 'twice' : { drainMs: Math.floor(Math.random() * 500) };
      const { exitCode, outcomes, lost, tokenCalls } = await scene.round(streams, refreshes, stopping);
      const others = outcomes.filter((outcome) => outcome !== 'gateway.shutting-down');
      if (exitCode !== 0 || others.length > 0 || lost.length > 0 || tokenCalls !== refreshes) {
        faults.push({ stopping, exitCode, others, lost, tokenCalls });
      }
    }
    const figure = `${String(rounds)} of ${String(most)} rounds of ${String(streams)} streams and ${String(refreshes)} refreshes: ${String(faults.length)} with a fault`;
    console.info(figure);
    tellFigure('T30', figure);

    expect(faults).toEqual([]);
    expect(rounds).toBeGreaterThanOrEqual(3);
  }, 400_000);
});
