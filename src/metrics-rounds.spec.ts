import { MetricsRounds } from './metrics-rounds.js';

describe('asking all workers for their metrics', () => {
  it('is over when all have told', async () => {
    const rounds = new MetricsRounds();
    const asked: number[] = [];
    const told = rounds.gather((round) => {
      asked.push(round);
      return 2;
    });
    const [round = 0] = asked;
    rounds.tell(round, []);
    rounds.tell(round, []);
    expect(await told).toHaveLength(2);
    rounds.tell(round, []);
  });

  it('leaves out who is too busy to tell', async () => {
    jest.useFakeTimers();
    const rounds = new MetricsRounds();
    const told = rounds.gather(() => 1);
    jest.advanceTimersByTime(2_000);
    jest.useRealTimers();
    expect(await told).toEqual([]);
  });

  it('is over at once where there is nobody', async () => {
    expect(await new MetricsRounds().gather(() => 0)).toEqual([]);
  });
});
