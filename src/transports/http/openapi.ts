import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

type Paths = OpenAPIObject['paths'];
type PathItem = Paths[string];

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The description of the native API. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Maestro')
    .setDescription('One interface to every LLM provider, with named authentication sessions')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A Maestro key' })
    .build();
  const document = SwaggerModule.createDocument(app, description);
  return { ...document, paths: describedPaths(document.paths) };
}

/** `/docs` for people, `/openapi.json` for programs; both public, since they say nothing of what is stored. */
export function mountOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Maestro',
    swaggerOptions: { persistAuthorization: true },
  });
}

/** Nest does not see the parameters of addresses that a route takes as a whole, nor that a route's two addresses are two operations. */
function describedPaths(paths: Paths): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([written, item]) => {
      // The rest of the path is a model's name; see the models' controller.
      const path = written.replace('{path}', '{model}');
      return [path, withParameters(path, item)];
    }),
  );
}

function withParameters(path: string, item: PathItem): PathItem {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const described: PathItem = { ...item };
  for (const method of methods) {
    const operation = item[method];
    if (operation === undefined) continue;
    const known = (operation.parameters ?? []).filter((parameter) => !('in' in parameter && parameter.in === 'path'));
    described[method] = {
      ...operation,
      operationId: (operation.operationId ?? '').replace('[0]', 'ById').replace('[1]', 'ByName'),
      parameters: [...names.map((name) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' } })), ...known],
    };
  }
  return described;
}
