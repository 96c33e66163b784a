import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The program as `npm run build` makes it: with Swagger's plugin, which the tests' own transform does not know. */
export interface BuiltGateway {
  readonly main: string;
  remove(): void;
}

/** In a folder of its own inside the repository, so that it finds the packages and disturbs no other build. */
export async function buildGateway(): Promise<BuiltGateway> {
  const cache = resolve('node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'maestro-built-'));
  const tsconfig = {
    extends: resolve('tsconfig.build.json'),
    compilerOptions: {
      rootDir: resolve('src'),
      outDir: join(folder, 'dist'),
      incremental: false,
      tsBuildInfoFile: null,
      declaration: false,
    },
    include: [resolve('src/**/*.ts')],
    exclude: [resolve('src/**/*.spec.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const program = resolve('node_modules/@nestjs/cli/bin/nest.js');
  const child = spawn(process.execPath, [program, 'build', '--path', relative('.', join(folder, 'tsconfig.json'))], { stdio: 'pipe' });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => output.push(piece.toString()));
  await once(child, 'close');
  const remove = (): void => {
    rmSync(folder, { recursive: true });
  };
  if (child.exitCode === 0) return { main: join(folder, 'dist/main.js'), remove };
  remove();
  throw new Error(`the build failed:\n${output.join('')}`);
}
