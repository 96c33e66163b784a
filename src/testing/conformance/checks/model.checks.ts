import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Model } from '../../../contracts/model.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { demand, demandCode, described, settled } from '../demand.js';
import type { ListedModels } from '../fixtures.js';
import { replay, whole } from '../line.js';

const never = new AbortController().signal;

/** More pages than any list of a simulator has. */
const enough = 25;

function expected({ fixtures }: Bench): ListedModels {
  demand(fixtures.models !== undefined, 'the fixtures do not tell what models the simulator lists');
  return fixtures.models;
}

function listed(bench: Bench): Promise<readonly Model[]> {
  return settled('listModels', bench.models.listModels(bench.client(), { signal: never }));
}

export const modelChecks: readonly Check[] = [
  {
    id: 'models.list',
    title: "all models of all pages are listed, each once and in the vendor's order",
    needs: ['models'],
    run: async (bench) => {
      const { ids, pages } = expected(bench);
      const found = (await listed(bench)).map(({ id }) => id);
      demand(found.join('\n') === ids.join('\n'), `the list is ${found.join(', ')} instead of ${ids.join(', ')}`);
      demand(
        bench.line.exchanges.length >= pages,
        `the list takes ${String(pages)} pages, ${String(bench.line.exchanges.length)} were asked for`,
      );
    },
  },
  {
    id: 'models.endless',
    title: 'a vendor that gives the same page again and again is not asked without end',
    needs: ['models'],
    run: async (bench) => {
      await listed(bench);
      const [first] = bench.line.exchanges;
      demand(first !== undefined, 'listModels asks nobody');
      const page = replay([first], (bytes) => whole(bytes));
      let asked = 0;
      bench.line.answerWith(() => {
        asked += 1;
        if (asked <= enough) return page(first.request);
        return Promise.reject(new MaestroError('upstream.failed', { provider: bench.manifest.id, status: 500, reason: 'endless' }));
      });
      await settled(
        'a list without end',
        listed(bench).catch(() => undefined),
      );
      demand(asked <= enough, 'a page that comes again and again is asked for without end');
    },
  },
  {
    id: 'models.info',
    title: 'a model is found by its id',
    needs: ['models'],
    run: async (bench) => {
      for (const id of expected(bench).ids) {
        const model = await settled('getModelInfo', bench.models.getModelInfo(bench.client(), id, { signal: never }));
        demand(model.id === id, `asked for ${id}, getModelInfo gives ${model.id}`);
      }
    },
  },
  {
    id: 'models.unknown',
    title: 'a model that is not there is model.not-found, whatever its name',
    needs: ['models'],
    run: async (bench) => {
      for (const id of ['no-such-model', 'gone/away?x=1']) {
        await demandCode(`asking for ${id}`, ['model.not-found'], () =>
          settled('getModelInfo', bench.models.getModelInfo(bench.client(), id, { signal: never })),
        );
      }
    },
  },
  {
    id: 'models.shape',
    title: 'each model has an id, a name, limits above nothing, and only known abilities among its capabilities',
    needs: ['models'],
    run: async (bench) => {
      for (const { id, name, capabilities, abilities, maxInputTokens = 1, maxOutputTokens = 1 } of await listed(bench)) {
        demand(id !== '' && name !== '', 'a model has no id or no name');
        demand(maxInputTokens > 0 && maxOutputTokens > 0, `a limit of ${id} is not above nothing`);
        const wrong = capabilities.find((ability) => abilities[ability] !== 'yes');
        demand(wrong === undefined, `${id} has the capability ${String(wrong)}, and its abilities do not say so: use aModel`);
      }
    },
  },
  {
    id: 'models.refused',
    title: 'a list that the vendor refuses is a failure and no empty list',
    needs: ['models'],
    run: async (bench) => {
      bench.line.answerWith(async () => ({ status: 500, headers: { 'content-type': 'application/json' }, body: whole(Buffer.from('{}')) }));
      try {
        const models = await listed(bench);
        throw new Error(`a list that the vendor refuses is a list of ${String(models.length)} models`);
      } catch (error) {
        demand(MaestroError.is(error) && error.category.startsWith('upstream'), `a list that the vendor refuses: ${described(error)}`);
      }
    },
  },
];
