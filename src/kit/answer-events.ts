import type { AnswerPart, ChatAnswer, StreamEvent } from '../contracts/stream-event.js';

/** The events of a whole answer: what a stream of it would have said, each part at once. */
export function eventsOfAnswer({ streamId, id, model, content, reason, providerReason, usage }: ChatAnswer): readonly StreamEvent[] {
  let spoken = 0;
  const parts = content.flatMap((part, at) => {
    if (part.type === 'text') spoken = at;
    return eventsOfPart(part, at, spoken);
  });
  return [
    { type: 'message-start', streamId, ...(id !== undefined && { id }), model },
    ...(usage === undefined ? [] : [{ type: 'usage' as const, ...usage }]),
    ...parts,
    {
      type: 'message-end',
      reason,
      ...(providerReason !== undefined && { providerReason }),
      ...(usage !== undefined && { usage }),
    },
  ];
}

/** `spoken`: the text that a citation belongs to. */
function eventsOfPart(content: AnswerPart, part: number, spoken: number): readonly StreamEvent[] {
  switch (content.type) {
    case 'text':
      return [{ type: 'text-delta', part, text: content.text }];
    case 'refusal':
      return [{ type: 'refusal-delta', part, text: content.text }];
    case 'reasoning': {
      const { type: _type, providerOptions: _options, ...thought } = content;
      return [{ type: 'reasoning-delta', part, ...thought }];
    }
    case 'tool-call': {
      const { callId, name, providerData } = content;
      return [
        { type: 'tool-call-start', part, callId, name },
        { type: 'tool-call-delta', callId, json: JSON.stringify(content.arguments) },
        { type: 'tool-call-end', callId, ...(providerData !== undefined && { providerData }) },
      ];
    }
    case 'image':
    case 'file': {
      const { mediaType = 'application/octet-stream', data, url } = content;
      return [{ type: 'file', part, mediaType, ...(data !== undefined && { data }), ...(url !== undefined && { url }) }];
    }
    case 'audio':
      return [{ type: 'audio-delta', part, data: content.data, transcript: content.transcript }];
    case 'citation':
      return [{ ...content, part: spoken }];
    case 'server-tool': {
      const { callId, name, data, result } = content;
      return [
        { type: 'server-tool', callId, name, phase: 'start', ...(data !== undefined && { data }) },
        ...(result === undefined ? [] : [{ type: 'server-tool' as const, callId, name, phase: 'result' as const, data: result }]),
      ];
    }
    case 'provider-event':
      return [content];
    // Results and parts of the provider's own belong into requests.
    case 'tool-result':
    case 'provider-part':
      return [];
  }
}
