import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const alibaba = compatibleProvider({
  id: 'alibaba',
  displayName: 'Alibaba Cloud Model Studio',
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  documentation: 'https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope',
  differences: {
    takesTopK: true,
    lacksOptions: ['frequencyPenalty', 'metadata', 'endUser', 'reasoning'],
    speech: { reasoning: 'reasoning_content' },
  },
  imports: { environment: ['DASHSCOPE_API_KEY'], accounts: { opencode: ['alibaba'] } },
  limitations: [
    { about: 'provider', text: 'A key is for one region; that of China is https://dashscope.aliyuncs.com/compatible-mode/v1.' },
    { about: 'streaming', text: 'Thinking is turned on with providerOptions.alibaba.enable_thinking.' },
  ],
});
