import { Injectable } from '@nestjs/common';
import { Command, Help, Option } from 'nest-commander';

import type { ChatMessage } from '../../../contracts/chat.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { printable } from '../printable.js';
import { readInput } from '../read-input.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { usageError } from '../usage-error.js';

interface ChatOptions extends CommonOptions {
  readonly model: string;
  readonly system?: string;
  readonly maxTokens?: number;
}

@Command({
  name: 'chat',
  description: 'send one message through a session and print the answer as it comes',
  arguments: '<session> [message...]',
  argsDescription: { session: sessionArgument, message: 'what to say; without it, standard input' },
})
@Injectable()
export class ChatCommand extends AdminCommand {
  async run([argument = '', ...words]: readonly string[], options: ChatOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const messages = await this.messages(words, options);
    const vault = await this.workbench.vault();
    const { provider, authType, id } = await vault.sessions.get(address);
    const events = await vault.provider.streamChat(provider, id, messages, {
      authType,
      model: options.model,
      signal: this.terminal.signal,
      ...(options.maxTokens !== undefined && { options: { maxTokens: options.maxTokens } }),
    });
    await (options.json === true ? this.printEvents(events) : this.printText(events));
  }

  @Option({ flags: '--model <model>', description: 'as the provider calls it', required: true })
  readModel(text: string): string {
    return text;
  }

  @Option({ flags: '--system <text>', description: 'instructions that come before the message' })
  readSystem(text: string): string {
    return text;
  }

  @Option({ flags: '--max-tokens <count>', description: 'the longest answer' })
  readMaxTokens(text: string): number {
    return wholeNumber('--max-tokens', text);
  }

  @Help('after')
  examples(): string {
    return `
With --json, each line is one stream event; docs/stream-events.md tells what they are.

  maestro chat acme/team_key --model some-model "Say hello."
  git diff | maestro chat acme/team_key --model some-model --system "Review this diff."`;
  }

  private async messages(words: readonly string[], { system }: ChatOptions): Promise<readonly ChatMessage[]> {
    const text = words.length > 0 ? words.join(' ') : await readInput(this.terminal);
    if (text.trim() === '') throw usageError('there is no message: give it as an argument or on standard input');
    return [...(system === undefined ? [] : [{ role: 'system' as const, content: system }]), { role: 'user', content: text }];
  }

  private async printText(events: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of events) {
      if (event.type === 'text-delta' || event.type === 'refusal-delta') this.terminal.output.write(printable(event.text));
      if (event.type !== 'message-end') continue;
      this.terminal.output.write('\n');
      if (event.reason !== 'stop') this.terminal.errors.write(`the answer ended early: ${event.reason}\n`);
    }
  }

  private async printEvents(events: AsyncIterable<StreamEvent>): Promise<void> {
    let seq = 0;
    for await (const event of events) {
      this.terminal.output.write(`${JSON.stringify({ ...event, seq })}\n`);
      seq += 1;
    }
  }
}
