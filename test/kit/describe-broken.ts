import { conformanceOf } from '../../src/testing/index.js';
import type { BrokenProvider } from './broken/broken-provider.js';
import { sampleFixtures } from './broken/broken-provider.js';

/** Each must fail the checks that are named, and no other; what the kit says is printed. */
export function describeBroken(providers: readonly BrokenProvider[]): void {
  const lines: string[] = [];

  afterAll(() => {
    console.log(`${String(providers.length)} providers with one fault each, and what the kit says of them:\n${lines.join('\n')}`);
  });

  it.each(providers)('finds $fault, and nothing else', async ({ fault, definition, failing }) => {
    const { verdicts } = await conformanceOf(definition, sampleFixtures);
    const failed = verdicts.filter(({ status }) => status === 'failed');
    lines.push(`- ${fault}\n${failed.map(({ id, detail = '' }) => `    ${id}: ${detail}`).join('\n')}`);
    expect(failed.map(({ id }) => id)).toEqual(failing);
  });
}
