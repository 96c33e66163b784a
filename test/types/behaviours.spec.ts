import { Module } from '@nestjs/common';

import type { ApiKeyBehaviour } from '../../src/contracts/behaviours/api-key.behaviour.js';
import type { ParameterCounts } from '../../src/contracts/behaviours/behaviour.js';
import { behaviour } from '../../src/contracts/behaviours/behaviour.js';
import type { ModelsBehaviour } from '../../src/contracts/behaviours/models.behaviour.js';
import { ModelsBehaviour as modelsDescriptor } from '../../src/contracts/behaviours/models.behaviour.js';
import { defineProvider } from '../../src/contracts/define-provider.js';
import type { Model } from '../../src/contracts/model.js';
import type { Secret } from '../../src/contracts/secret.js';

// The compiler is the test here: `npm run check` fails where an expected error does not come. At run time little is left to see.

interface Pump {
  fill(litres: number): void;
  drain(): void;
}

class WholeModels implements ModelsBehaviour {
  listModels(): Promise<readonly Model[]> {
    return Promise.resolve([]);
  }

  getModelInfo(): Promise<Model> {
    return Promise.reject(new Error('none'));
  }
}

class HalfModels {
  listModels(): Promise<readonly Model[]> {
    return Promise.resolve([]);
  }
}

class GreedyModels extends WholeModels {
  // @ts-expect-error a method may not ask for more than the behaviour gives
  override listModels(_client: object, _options: object, _more: object): Promise<readonly Model[]> {
    return Promise.resolve([]);
  }
}

class ForgetfulKey {
  // A method of another type: a verdict is wanted.
  validateApiKey(_apiKey: Secret): boolean {
    return true;
  }
}

@Module({})
class AcmeModule {}

describe('the descriptor of a behaviour', () => {
  it('compiles with exactly the parameter counts of its interface', () => {
    expect(behaviour<Pump>('context', { fill: 1, drain: 0 }).methods).toEqual({ fill: 1, drain: 0 });
    const counts: ParameterCounts<ModelsBehaviour> = { listModels: 2, getModelInfo: 3 };
    expect(modelsDescriptor.methods).toEqual(counts);
  });

  it('does not compile with a wrong count', () => {
    // @ts-expect-error fill takes one parameter
    behaviour<Pump>('context', { fill: 2, drain: 0 });
    // @ts-expect-error drain takes none
    behaviour<Pump>('context', { fill: 1, drain: 1 });
  });

  it('does not compile with a method missing or one too many', () => {
    // @ts-expect-error drain is missing
    behaviour<Pump>('context', { fill: 1 });
    // @ts-expect-error a pump does not fly
    behaviour<Pump>('context', { fill: 1, drain: 0, fly: 0 });
  });

  it('does not compile for a kind that there is not', () => {
    // @ts-expect-error there is no such kind
    behaviour<Pump>('plumbing', { fill: 1, drain: 0 });
  });
});

describe('the declaration of a provider', () => {
  it('takes a class that has every method, with as many parameters as it needs', () => {
    const { manifest } = defineProvider(AcmeModule, { id: 'acme', displayName: 'Acme', models: WholeModels });
    expect(manifest.behaviours.models).toBe(WholeModels);
  });

  it('does not compile with a class that lacks a method or has one of another type', () => {
    // @ts-expect-error getModelInfo is missing
    defineProvider(AcmeModule, { id: 'acme', displayName: 'Acme', models: HalfModels });
    // @ts-expect-error a key's verdict is no boolean, and the other methods are missing
    defineProvider(AcmeModule, { id: 'acme', displayName: 'Acme', apiKey: ForgetfulKey });
    expect(GreedyModels.prototype).toBeInstanceOf(WholeModels);
  });

  it('does not compile with a behaviour that is not a class', () => {
    const instance: Partial<ApiKeyBehaviour> = {};
    // @ts-expect-error the class is wanted, not an object
    defineProvider(AcmeModule, { id: 'acme', displayName: 'Acme', apiKey: instance });
  });
});
