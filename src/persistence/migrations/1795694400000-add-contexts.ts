import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** Conversations: what was said in each, sealed chunk by chunk. */
export class AddContexts1795694400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...tables, ...ties]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from contexts) as value');
    if (isEmpty === true) await queryRunner.query('drop table context_chunks, contexts');
    // What was said stays, tied to nothing that the steps before change.
    else {
      await runAll(queryRunner, [
        'drop trigger context_chunks_refuse_retired_key on context_chunks',
        'alter table contexts drop constraint contexts_session_id_fkey',
      ]);
    }
  }
}

const tables = [
  `create table if not exists contexts (
     id uuid not null,
     session_id uuid not null,
     context_id text not null,
     remote_ref text,
     next_position integer not null,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     constraint contexts_pkey primary key (id)
   )`,
  'create unique index if not exists contexts_session_id_context_id_index on contexts (session_id, context_id)',
  `create table if not exists context_chunks (
     id uuid not null,
     context uuid not null,
     position integer not null,
     message integer not null,
     role text not null,
     kind text not null,
     call_id text,
     model text,
     tokens integer,
     provider_ref text,
     provider text not null,
     auth_type text not null,
     content bytea not null,
     key_id text not null,
     secret_version integer not null,
     created_at timestamptz not null,
     constraint context_chunks_pkey primary key (id),
     constraint context_chunks_context_fkey foreign key (context) references contexts (id) on delete cascade,
     constraint context_chunks_role check (role in ('system', 'user', 'assistant', 'tool')),
     constraint context_chunks_kind check (kind in ('message', 'reasoning', 'tool-call', 'tool-result'))
   )`,
  'create unique index if not exists context_chunks_context_position_index on context_chunks (context, position)',
  'create index if not exists context_chunks_key_id_index on context_chunks (key_id)',
];

const ties = [
  // Of sessions that were deleted while an older version was at work.
  'delete from contexts where not exists (select 1 from saved_authentications where id = session_id)',
  `alter table contexts add constraint contexts_session_id_fkey foreign key (session_id)
     references saved_authentications (id) on delete cascade`,
  `create trigger context_chunks_refuse_retired_key before insert or update of key_id on context_chunks
     for each row execute function refuse_retired_key()`,
];
