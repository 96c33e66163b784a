import type { UsageDimension } from '../../contracts/usage.js';
import { usageDimensions } from '../../contracts/usage.js';
import { reading, writing } from '../session-statements.js';
import type { Statement } from '../statements.js';

const names = `caller_id, caller_name, session_id, session_name, provider, auth_type, model, operation, outcome`;
const counters = [
  ...['requests', 'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens'],
  ...['tool_use_prompt_tokens', 'latency_ms', 'first_ms', 'firsts'],
];

/** One row of the batch for each row of the table, in the order of the index: writers who meet wait, and never for each other. */
export const addBatch = writing(
  'usage-add',
  `with fresh as (insert into usage_batches (id, written_at) values ($1, now()) on conflict do nothing returning id)
   insert into usage_hours as kept (id, hour, ${names}, ${counters.join(', ')}, slowest_ms)
   select gen_random_uuid(), hour, ${names}, ${counters.join(', ')}, slowest_ms
     from fresh, jsonb_populate_recordset(null::usage_hours, $2::jsonb)
    order by hour, caller_id, session_id, model, operation, outcome
   on conflict (hour, caller_id, session_id, model, operation, outcome) do update
     set caller_name = excluded.caller_name, session_name = excluded.session_name,
         ${counters.map((counter) => `${counter} = kept.${counter} + excluded.${counter}`).join(', ')},
         slowest_ms = greatest(kept.slowest_ms, excluded.slowest_ms)`,
);

export const purgeHours = writing(
  'usage-purge',
  `with old as (select id from usage_hours where hour < $1 order by hour limit $2 for update skip locked)
   delete from usage_hours using old where usage_hours.id = old.id returning usage_hours.id`,
);

/** A batch is tried again within seconds, if at all. */
export const purgeBatches = writing('usage-purge-batches', `delete from usage_batches where written_at < now() - interval '1 day'`);

const keys: Readonly<Record<UsageDimension, string>> = {
  day: `to_char(u.hour at time zone 'UTC', 'YYYY-MM-DD')`,
  hour: `to_char(u.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  caller: 'u.caller_id',
  session: 'u.session_id::text',
  provider: 'u.provider',
  model: 'u.model',
  operation: 'u.operation',
  outcome: 'u.outcome',
};

const newest = (value: string): string => `(array_agg(${value} order by u.hour desc, u.id))[1]`;

const facts = [
  `${newest('coalesce(c.name, u.caller_name)')} as caller_name`,
  `${newest('coalesce(s.name, u.session_name)')} as session_name`,
  'min(u.provider) as provider, min(u.auth_type) as auth_type, max(u.hour) as last_hour',
];

const sums = [...counters.map((counter) => `sum(u.${counter}) as ${counter}`), 'max(u.slowest_ms) as slowest_ms'];

const sumOf = (counter: string): string => `sum(${counter})::float8`;

/** Groups that are told apart by the given dimensions; first by outcome, too, since errors are counted by it. */
export function reportBy(by: readonly UsageDimension[]): Statement {
  const columns = by.map((_, index) => `k${String(index)}`);
  const key = columns.map((column) => `${column} collate "C"`);
  const inner = [...by.map((dimension, index) => `${keys[dimension]} as k${String(index)}`), 'u.outcome', ...facts, ...sums];
  const after = key.map((_, index) => `($9::text[])[${String(index + 1)}]`);
  const text = `with told as (
      select ${inner.join(', ')} from usage_hours u
        left join saved_authentications s on s.id = u.session_id
        left join callers c on c.id::text = u.caller_id
       where u.hour >= $1 and u.hour < $2
         and ($3::text is null or u.caller_id = $3)
         and ($4::text is null or $4 in (u.caller_id, u.caller_name, c.name))
         and ($5::text is null or $5 in (u.session_id::text, u.session_name, s.name))
         and ($6::text is null or u.provider = $6)
         and ($7::text is null or u.model = $7)
       group by ${[...columns, 'u.outcome'].join(', ')}
    )
    select array[${columns.join(', ')}]::text[] as key,
           (array_agg(caller_name order by last_hour desc))[1] as "callerName",
           (array_agg(session_name order by last_hour desc))[1] as "sessionName",
           min(provider) as provider, min(auth_type) as "authType",
           ${sumOf('requests')} as requests, coalesce(sum(requests) filter (where outcome = 'left'), 0)::float8 as "left",
           coalesce(jsonb_object_agg(outcome, requests) filter (where outcome not in ('finished', 'left')), '{}') as errors,
           ${sumOf('input_tokens')} as input, ${sumOf('output_tokens')} as output, ${sumOf('cache_read_tokens')} as "cacheRead",
           ${sumOf('cache_write_tokens')} as "cacheWrite", ${sumOf('reasoning_tokens')} as reasoning,
           ${sumOf('tool_use_prompt_tokens')} as "toolUsePrompt",
           sum(latency_ms) as "latencyMs", max(slowest_ms) as "slowestMs", sum(first_ms) as "firstMs", ${sumOf('firsts')} as firsts
      from told
     where $9::text[] is null${after.length === 0 ? '' : ` or (${key.join(', ')}) > (${after.join(', ')})`}
     ${columns.length === 0 ? 'having count(*) > 0' : `group by ${columns.join(', ')} order by ${key.join(', ')}`}
     limit $8`;
  // PostgreSQL tells names of statements apart by their first 63 characters.
  return reading(`usage-by-${by.map((dimension) => usageDimensions.indexOf(dimension)).join('')}`, text);
}
