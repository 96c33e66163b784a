import { Injectable } from '@nestjs/common';
import { Command, SubCommand } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { KeyRotationStatus, RotationOutcome } from '../../../core/key-rotation/key-rotation.port.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { withProgress } from '../progress.js';
import { facts, table } from '../table.js';

@SubCommand({ name: 'status', description: 'show which keys there are, what each still seals, and which processes hold them' })
@Injectable()
export class EncryptionStatus extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const status = await (await this.workbench.keyRotation()).status();
    this.print(options, status, statusText(status));
  }
}

@SubCommand({
  name: 'rotate',
  description: 'seal every row with the primary key while Maestro serves; may be interrupted and run again',
})
@Injectable()
export class RotateEncryption extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const rotation = await this.workbench.keyRotation();
    const outcome = await withProgress(this.terminal, options, (progress) =>
      rotation.rotate({
        onProgress: ({ done, total }) => {
          progress.show({ step: 'rows', done, total });
        },
        signal: this.terminal.signal,
      }),
    );
    this.print(options, outcome, outcomeText(outcome));
    const { remaining, unreadable } = outcome;
    if (remaining > 0) throw new MaestroError('encryption.rows-left', { rows: remaining, unreadable: unreadable.length });
  }
}

@SubCommand({
  name: 'retire',
  description: 'let nothing be sealed with a key any more; refused while anything still is',
  arguments: '<key-id>',
  argsDescription: { 'key-id': 'as in MAESTRO_ENCRYPTION_KEYS' },
})
@Injectable()
export class RetireKey extends AdminCommand {
  async run([keyId = '']: readonly string[], options: CommonOptions): Promise<void> {
    await (await this.workbench.keyRotation()).retire(keyId);
    this.print(options, { retired: keyId }, 'retired; it may be taken out of every configuration\n');
  }
}

@Command({
  name: 'encryption',
  description: 'the keys that seal the credentials',
  subCommands: [EncryptionStatus, RotateEncryption, RetireKey],
})
@Injectable()
export class EncryptionCommands extends CommandGroup {}

function statusText({ keys, replicas, remaining }: KeyRotationStatus): string {
  const keyRows = keys.map(({ keyId, isPrimary, isHeld, isRetired, rows }) => [
    keyId,
    [isPrimary ? 'primary' : '', isHeld ? 'held' : 'missing', isRetired ? 'retired' : ''].filter(Boolean).join(', '),
    String(rows),
  ]);
  const replicaRows = replicas.map(({ replicaId, primaryId, keyIds, seenAt }) => [
    replicaId,
    primaryId,
    keyIds.join(', '),
    seenAt.toISOString(),
  ]);
  return [
    table(['key', 'is', 'rows'], keyRows),
    ...(replicas.length === 0 ? [] : ['\n', table(['replica', 'primary', 'keys', 'seen'], replicaRows)]),
    ...(remaining === 0 ? [] : [`\n${String(remaining)} rows to be moved by \`maestro encryption rotate\`\n`]),
  ].join('');
}

function outcomeText({ primaryId, rewrapped, remaining, unreadable }: RotationOutcome): string {
  return facts([
    ['primary', primaryId],
    ['moved', String(rewrapped)],
    ['remaining', String(remaining)],
    ...unreadable.map(({ table: name, id, keyId }) => ['unreadable', `${name} ${id} (${keyId})`] as const),
  ]);
}
