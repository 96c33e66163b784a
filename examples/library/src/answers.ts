import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { UniversalProvider } from 'maestro-llm';
import { Repository } from 'typeorm';

import { Note } from './note.entity.js';
import { Settings } from './settings.js';

/** Answers questions from the notes. Which account pays for it is a name in the configuration. */
@Injectable()
export class Answers {
  constructor(
    private readonly maestro: UniversalProvider,
    @InjectRepository(Note) private readonly notes: Repository<Note>,
    private readonly settings: Settings,
  ) {}

  /** Yields the answer's text as it comes. */
  async *to(question: string, signal?: AbortSignal): AsyncGenerator<string> {
    const notes = await this.notes.find({ order: { id: 'asc' } });
    const known = notes.map(({ text }) => `- ${text}`).join('\n');
    const provider = this.settings.getOrThrow('LLM_PROVIDER');
    const stream = await this.maestro.streamChat(
      provider,
      this.settings.get('LLM_SESSION') ?? 'notes_app',
      [
        { role: 'system', content: `Answer from these notes alone:\n${known}` },
        { role: 'user', content: question },
      ],
      { model: this.settings.getOrThrow('LLM_MODEL'), ...(signal !== undefined && { signal }) },
    );
    for await (const event of stream) if (event.type === 'text-delta') yield event.text;
  }
}
