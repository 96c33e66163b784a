import type { ProcessMetrics } from './observability/gathered-metrics.js';

/** Milliseconds that a process has to tell what it counted; one that is busier than that is left out. */
const patienceMs = 2_000;

interface Round {
  readonly told: ProcessMetrics[];
  waiting: number;
  readonly finish: () => void;
}

/** Asks all workers what they counted. */
export class MetricsRounds {
  private readonly rounds = new Map<number, Round>();
  private count = 0;

  /** @param ask asks every worker that is there to tell, and says how many those are */
  gather(ask: (round: number) => number): Promise<readonly ProcessMetrics[]> {
    this.count += 1;
    const number = this.count;
    return new Promise((resolve) => {
      const told: ProcessMetrics[] = [];
      const finish = (): void => {
        clearTimeout(patience);
        this.rounds.delete(number);
        resolve(told);
      };
      const patience = setTimeout(finish, patienceMs);
      const round = { told, waiting: 0, finish };
      this.rounds.set(number, round);
      round.waiting = ask(number);
      if (round.waiting === 0) finish();
    });
  }

  tell(number: number, metrics: ProcessMetrics): void {
    const round = this.rounds.get(number);
    if (round === undefined) return;
    round.told.push(metrics);
    round.waiting -= 1;
    if (round.waiting === 0) round.finish();
  }
}
