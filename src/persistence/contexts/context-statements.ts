import type { Statement } from '../statements.js';

const outline = 'id, position, message, role, kind, call_id as "callId"';

export const findContext: Statement = {
  name: 'maestro/context-find',
  text: 'select id, context_id as "contextId", remote_ref as "remoteRef" from contexts where session_id = $1 and context_id = $2',
  isRead: true,
};

/** Found, too, where it is there already. */
export const keepRemoteContext: Statement = {
  name: 'maestro/context-keep-remote',
  text: `insert into contexts (id, session_id, context_id, remote_ref, next_position, created_at, updated_at)
     values ($1, $2, $3, $4, 0, now(), now()) on conflict (session_id, context_id) do nothing`,
  isRead: false,
};

export const countContexts: Statement = {
  name: 'maestro/context-count',
  text: 'select count(*)::int as contexts from contexts where session_id = $1',
  isRead: true,
};

export const listContexts: Statement = {
  name: 'maestro/context-list',
  text: `select context_id as id, case when remote_ref is null then 'local' else 'remote' end as management,
       coalesce(held.chunks, 0)::int as chunks, coalesce(held.bytes, 0)::float8 as bytes,
       created_at as "createdAt", updated_at as "updatedAt"
     from contexts
     left join lateral (
       select count(*) as chunks, sum(octet_length(content)) as bytes from context_chunks where context = contexts.id) held on true
     where session_id = $1 and ($3::text is null or context_id > $3)
     order by context_id limit $2`,
  isRead: true,
};

export const listChunks: Statement = {
  name: 'maestro/context-chunks',
  text: `select ${outline}, content, key_id as "keyId", model, tokens, provider_ref as "providerRef", created_at as "createdAt"
     from context_chunks where context = $1 and ($3::integer is null or position > $3) order by position limit $2`,
  isRead: true,
};

/** One statement, so all of it or nothing; the context's row keeps others out until it is done. */
export const appendChunks: Statement = {
  name: 'maestro/context-append',
  text: `with context as (
       insert into contexts (id, session_id, context_id, next_position, created_at, updated_at)
       values ($1, $2, $3, $4, now(), now())
       on conflict (session_id, context_id) do update
         set next_position = contexts.next_position + excluded.next_position, updated_at = excluded.updated_at
       returning id, next_position - $4 as first)
     insert into context_chunks (id, context, position, message, role, kind, call_id, model, tokens, provider_ref,
       provider, auth_type, content, key_id, secret_version, created_at)
     select new.id, context.id, context.first + new.position, context.first + new.message, new.role, new.kind, new.call_id,
       new.model, new.tokens, new.provider_ref, $5, $6, new.content, new.key_id, 1, now()
     from context, unnest($7::uuid[], $8::integer[], $9::integer[], $10::text[], $11::text[], $12::text[], $13::text[],
       $14::integer[], $15::text[], $16::bytea[], $17::text[])
       as new (id, position, message, role, kind, call_id, model, tokens, provider_ref, content, key_id)`,
  isRead: false,
};

/** Whoever wants to add something waits. */
export const takeContext: Statement = {
  name: 'maestro/context-take',
  text: 'select id from contexts where id = $1 for update',
  isRead: false,
};

export const outlineChunks: Statement = {
  name: 'maestro/context-outline',
  text: `select ${outline} from context_chunks where context = $1 order by position`,
  isRead: true,
};

export const deleteChunks: Statement = {
  name: 'maestro/context-delete-chunks',
  text: 'delete from context_chunks where context = $1 and id = any($2::uuid[])',
  isRead: false,
};

export const deleteEmptyContext: Statement = {
  name: 'maestro/context-delete-empty',
  text: 'delete from contexts where id = $1 and not exists (select 1 from context_chunks where context = $1)',
  isRead: false,
};
