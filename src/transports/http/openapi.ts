import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** The description of the native API. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Maestro')
    .setDescription('One interface to every LLM provider, with named authentication sessions')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A Maestro key' })
    .build();
  return SwaggerModule.createDocument(app, description);
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
